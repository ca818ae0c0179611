import { describe, expect, it } from 'vitest';
import { describeLiveState } from './live.contract.ts';
import type { LiveState, LiveValue } from './live.ts';
import { createMemoryLive } from './memory-live.ts';
import { mirrorLive } from './mirrored-live.ts';

describeLiveState('mirrored', async () => ({ live: mirrorLive(createMemoryLive()) }));

const link = (id: string, version: number): LiveValue => ({
  kind: 'link',
  id,
  version: [version],
  value: { version },
});

/** Live state elsewhere, of which is noted what was read there. */
function elsewhere() {
  const live = createMemoryLive();
  const read: string[] = [];
  let hearing: number | undefined = 1;
  let meanwhile = async (): Promise<void> => {};
  const spied: LiveState = {
    ...live,
    get hearing() {
      return hearing;
    },
    async get(kind, id) {
      read.push(`one ${id}`);
      return live.get(kind, id);
    },
    async getSome(kind, ids) {
      read.push(`some ${[...ids].sort()}`);
      return live.getSome(kind, ids);
    },
    async list(kind) {
      read.push('all');
      const list = await live.list(kind);
      await meanwhile();
      return list;
    },
  };
  return {
    live,
    read,
    mirror: mirrorLive(spied),
    hear: (now: number | undefined) => {
      hearing = now;
    },
    duringRead: (work: () => Promise<void>) => {
      meanwhile = work;
    },
  };
}

describe('mirrored live state', () => {
  it('reads a kind once, and then what of it has changed, when somebody asks', async () => {
    const { live, mirror, read } = elsewhere();
    await live.put([link('a', 1), link('b', 1), link('c', 1)]);
    const first = await mirror.list('link');
    expect(await mirror.list('link')).toBe(first);
    expect(await mirror.get('link', 'b')).toEqual(link('b', 1));
    await live.put([link('c', 2)]);
    await live.put([link('a', 2)]);
    expect(read).toEqual(['all']);
    expect(await mirror.list('link')).toEqual([link('a', 2), link('b', 1), link('c', 2)]);
    expect(read).toEqual(['all', 'some a,c']);
  });

  it('misses nothing that changes while it reads', async () => {
    const { live, mirror, duringRead } = elsewhere();
    await live.put([link('a', 1)]);
    duringRead(() => live.put([link('a', 2)]));
    await mirror.list('link');
    expect(await mirror.list('link')).toEqual([link('a', 2)]);
  });

  it('reads all again when changes may have gone by unheard, and asks elsewhere while it hears nothing', async () => {
    const { live, mirror, read, hear } = elsewhere();
    await live.put([link('a', 1)]);
    await mirror.list('link');
    hear(undefined);
    await mirror.list('link');
    await mirror.get('link', 'a');
    hear(2);
    await mirror.list('link');
    await mirror.get('link', 'a');
    expect(read).toEqual(['all', 'all', 'one a', 'all']);
  });

  it('gives whoever asks at the same time the outcome of one read, and of none that failed', async () => {
    const { live, mirror, read, duringRead } = elsewhere();
    await live.put([link('a', 1)]);
    duringRead(() => Promise.reject(new Error('away')));
    const asked = [mirror.list('link'), mirror.list('link')];
    for (const one of asked) await expect(one).rejects.toThrow('away');
    expect(read).toEqual(['all']);
    duringRead(async () => {});
    expect(await Promise.all([mirror.list('link'), mirror.get('link', 'a')])).toHaveLength(2);
    expect(read).toEqual(['all', 'all']);
  });
});
