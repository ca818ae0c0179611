import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { needs } from '../test/needs.ts';
import { addressOf, missingOf } from '../test/services/shared.ts';
import { Secret } from './config.ts';
import { openRedisDayKeys } from './redis-day-keys.ts';

describe('keys of the day in Redis', needs(missingOf('redis')), () => {
  it('are agreed upon by all who ask at once, another for each day and city', async () => {
    const url = new Secret(await addressOf('redis'));
    const [city, elsewhere] = [`${randomUUID()}:`, `${randomUUID()}:`];
    const processes = Array.from({ length: 5 }, () => openRedisDayKeys({ url }, city));
    const other = openRedisDayKeys({ url }, elsewhere);
    const keysOf = (day: string): Promise<Buffer[]> =>
      Promise.all(processes.map(({ agree }) => agree(day, randomBytes(32))));
    const today = new Set((await keysOf('2026-05-05')).map((key) => key.toString('hex')));
    expect(today.size).toBe(1);
    const [tomorrow] = await keysOf('2026-05-06');
    expect(today).not.toContain(tomorrow?.toString('hex'));
    expect(today).not.toContain((await other.agree('2026-05-05', randomBytes(32))).toString('hex'));
    for (const { close } of [...processes, other]) close();
  });

  it('cannot be had while Redis is away, which is an operating error', async () => {
    const { agree, close } = openRedisDayKeys({ url: new Secret('redis://127.0.0.1:1') });
    await expect(agree('2026-05-05', randomBytes(32))).rejects.toMatchObject({ code: 'live.unavailable' });
    close();
  });
});
