/** What every live state promises, whatever it is made of. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LiveState, LiveValue } from './live.ts';

const link = (id: string, version: readonly number[], speed = 0): LiveValue => ({
  kind: 'link',
  id,
  version,
  value: { link: id, speed, quality: 'observed', delay: null },
});

/** Calls for an empty live state. `other`, where there is one, is another process's view of the same state. */
export function describeLiveState(
  name: string,
  open: () => Promise<{ readonly live: LiveState; readonly other?: LiveState }>,
): void {
  describe(name, () => {
    let live: LiveState;
    let other: LiveState | undefined;
    beforeEach(async () => {
      ({ live, other } = await open());
    });
    afterEach(async () => {
      await live.close();
      await other?.close();
    });

    it('knows nothing of what was never put', async () => {
      expect(await live.get('link', 'a')).toBeUndefined();
      expect(await live.list('link')).toEqual([]);
    });

    it('gives back the newest of each thing as it was put', async () => {
      await live.put([link('a', [60_000, 0], 31), link('b', [60_000, 0], 42)]);
      await live.put([link('a', [120_000, 0], 12)]);
      expect(await live.get('link', 'a')).toEqual(link('a', [120_000, 0], 12));
      expect(await live.get('link', 'b')).toEqual(link('b', [60_000, 0], 42));
      expect(await (other ?? live).get('link', 'a')).toEqual(link('a', [120_000, 0], 12));
    });

    it('never goes back: an older window, or an older revision of the same one, changes nothing', async () => {
      await live.put([link('a', [120_000, 1], 50)]);
      await live.put([link('a', [60_000, 9], 1), link('a', [120_000, 0], 2)]);
      expect(await live.get('link', 'a')).toEqual(link('a', [120_000, 1], 50));
      await live.put([link('a', [120_000, 2], 60)]);
      expect(await live.get('link', 'a')).toEqual(link('a', [120_000, 2], 60));
    });

    it('compares versions as numbers, not as text', async () => {
      await live.put([link('a', [9, 9], 1)]);
      await live.put([link('a', [9, 10], 2)]);
      await live.put([link('a', [10, 0], 3)]);
      expect((await live.get('link', 'a'))?.version).toEqual([10, 0]);
      await live.put([link('b', [1_717_200_000_123], 1), link('b', [1_717_200_000_122], 2)]);
      expect((await live.get('link', 'b'))?.version).toEqual([1_717_200_000_123]);
    });

    it('takes the newest of several states of one thing in one call, whatever their order', async () => {
      await live.put([link('a', [2], 2), link('a', [3], 3), link('a', [1], 1)]);
      expect((await live.get('link', 'a'))?.version).toEqual([3]);
    });

    it('ends with the newest when many put at once', async () => {
      await Promise.all([5, 3, 9, 1, 7].map((version) => live.put([link('a', [version], version)])));
      expect(await live.get('link', 'a')).toEqual(link('a', [9], 9));
    });

    it('keeps kinds apart and lists each by id', async () => {
      const parking = { kind: 'parking', id: 'a', version: [1], value: { free: null } };
      await live.put([link('c', [1]), link('a', [1]), parking, link('b', [1]), link('B', [1])]);
      expect((await live.list('link')).map(({ id }) => id)).toEqual(['B', 'a', 'b', 'c']);
      expect(await live.list('parking')).toEqual([parking]);
      expect(await live.get('parking', 'b')).toBeUndefined();
    });

    it('tells of a change once a kind and call, when it can already be read', async () => {
      const told: string[] = [];
      const seen: Promise<readonly LiveValue[]>[] = [];
      live.onChange((kind) => {
        told.push(kind);
        seen.push(live.list(kind));
      });
      const parking = { kind: 'parking', id: 'p', version: [1], value: {} };
      await live.put([link('a', [1]), link('b', [1]), parking]);
      await vi.waitFor(() => expect([...told].sort()).toEqual(['link', 'parking']));
      expect((await Promise.all(seen)).map((list) => list.length).sort()).toEqual([1, 2]);
    });

    it('tells another process as well', async () => {
      if (!other) return;
      const told: string[] = [];
      other.onChange((kind) => told.push(kind));
      await live.put([link('a', [1])]);
      await vi.waitFor(() => expect(told).toEqual(['link']));
    });

    it('tells of nothing when nothing is newer, and a repeat is not newer', async () => {
      await live.put([link('a', [2, 0])]);
      const told: string[] = [];
      live.onChange((kind) => told.push(kind));
      await live.put([link('a', [1, 0])]);
      await live.put([link('a', [2, 0])]);
      await live.put([]);
      await live.put([{ kind: 'mark', id: 'm', version: [1], value: 1 }]);
      await vi.waitFor(() => expect(told).toEqual(['mark']));
    });

    it('tells no longer whoever has stopped listening, and goes on telling the others', async () => {
      const stopped: string[] = [];
      const going: string[] = [];
      const stop = live.onChange((kind) => stopped.push(kind));
      live.onChange((kind) => going.push(kind));
      stop();
      stop();
      await live.put([link('a', [1])]);
      await vi.waitFor(() => expect(going).toEqual(['link']));
      expect(stopped).toEqual([]);
    });
  });
}
