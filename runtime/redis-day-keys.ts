/** Keys of the day that several processes agree upon through Redis, where they end with the day after. */
import { RedisConnection } from './redis-connection.ts';
import { type RedisSettings, readRedisSettings } from './redis-settings.ts';

/** The key that stands for a day: the one proposed, unless another process was quicker. */
export type AgreeOnKey = (day: string, proposed: Buffer) => Promise<Buffer>;

export interface DayKeys {
  readonly agree: AgreeOnKey;
  close(): void;
}

/** A day of a city lasts up to 25 hours, and may begin up to 14 hours before that of UTC. */
const lastsMilliseconds = 40 * 60 * 60_000;
const readyWithin = 2_000;

export function openRedisDayKeys(settings: RedisSettings, keyPrefix = 'arterial:'): DayKeys {
  const connection = new RedisConnection(
    readRedisSettings(settings),
    () => {},
    () => {},
  );
  return {
    async agree(day, proposed) {
      if (!(await connection.readyWithin(readyWithin))) throw connection.refusal ?? connection.away();
      const name = `${keyPrefix}plate-key:${day}`;
      // SET with NX and GET says what was there before; nothing was, where ours has become the key.
      const before = await connection.ask((client) =>
        client.set(name, proposed.toString('base64'), 'PX', lastsMilliseconds, 'NX', 'GET'),
      );
      return before === null ? proposed : Buffer.from(before, 'base64');
    },
    close: () => connection.close(),
  };
}
