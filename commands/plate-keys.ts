import { createPlateTokens, type PlateTokens } from '#ingest/plates.ts';
import type { Config } from '#runtime/config.ts';
import { readPem } from '#runtime/kafka-settings.ts';
import { openRedisDayKeys } from '#runtime/redis-day-keys.ts';

export interface OpenPlateTokens extends PlateTokens {
  close(): void;
}

/** Tokens of plates, the same in all processes of the city where there is a Redis that they share. */
export async function openPlateTokens({ redis }: Config, timeZone: string): Promise<OpenPlateTokens> {
  if (redis === undefined) return { ...createPlateTokens(timeZone), close: () => {} };
  const tlsCa = redis.tlsCa && (await readPem('ARTERIAL_REDIS_TLS_CA', redis.tlsCa));
  const keys = openRedisDayKeys({ url: redis.url, tlsCa });
  return { ...createPlateTokens(timeZone, undefined, keys.agree), close: keys.close };
}

/** Makes a token as a driver's plate comes in. */
export const tokeniseWith =
  (plates: PlateTokens) =>
  async (plate: string, at: number): Promise<string> => {
    await plates.prepare(at);
    return plates.tokenise(plate, at);
  };
