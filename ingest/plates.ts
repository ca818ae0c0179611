/**
 * Number plates end here. A plate becomes a token under a key that lives in memory for one day of the city
 * and is then destroyed, so that nobody, the city included, can go from a token back to a plate or from one
 * day to the next. The type of a raw plate does not leave this folder.
 */
import { strict as assert } from 'node:assert';
import { createHmac, randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import type { EventTime } from '#domain/time.ts';

const keyBytes = 32;
/** 128 bits: with a million plates a day, two share a token once in 10^26 days. */
const tokenHexDigits = 32;
const shown = '[plate]';

/** A number plate as a camera or a driver gave it. It prints as `[plate]`, whatever prints it. */
export class RawPlate {
  readonly #letters: string;

  constructor(text: string) {
    this.#letters = lettersOf(text);
  }

  /** Whether plates of this length exist: 2 to 12 letters and digits. */
  get isPlausible(): boolean {
    const { length } = [...this.#letters];
    return length >= 2 && length <= 12;
  }

  /** Whether it is long enough not to turn up in other texts by chance: 5 letters and digits. */
  get isTelling(): boolean {
    return this.#letters.length >= 5;
  }

  /** Whether the text holds any of the plates, however it is spaced. An empty plate is in nothing. */
  static anyIn(plates: readonly RawPlate[], text: string): boolean {
    if (plates.length === 0) return false;
    const letters = lettersOf(text);
    return plates.some((plate) => plate.#letters !== '' && letters.includes(plate.#letters));
  }

  /** HMAC-SHA-256 of the plate under `key`, its first 128 bits in hex. */
  tokenUnder(key: Buffer): string {
    return createHmac('sha256', key).update(this.#letters, 'utf8').digest('hex').slice(0, tokenHexDigits);
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  [inspect.custom](): string {
    return shown;
  }
}

/** Upper case, full-width forms made plain, nothing but letters and digits: `ab-12 345` is `AB12345`. */
const lettersOf = (text: string): string =>
  text
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^\p{L}\p{N}]/gu, '');

/** What a token looks like; a camera that makes its own sends this and nothing else. */
export const isPlateToken = (text: string): boolean => /^[0-9a-f]{32}$/.test(text);

/** Makes tokens under the key of the day. All edges of one city share one, or their tokens do not meet. */
export interface PlateTokens {
  /** Has the key of the day ready; rejects where other edges must be asked for it and cannot be. */
  prepare(now: EventTime): Promise<void>;
  /** The token of a plate on the city day of `now`; the same plate has the same token all day. */
  tokenise(plate: RawPlate | string, now: EventTime): string;
  /** Destroys the key when its day is over, though no plate came since. */
  expire(now: EventTime): void;
  /** Destroys the key. The next plate begins with another. */
  destroy(): void;
}

/**
 * Tokens for a city in the given IANA time zone. Where several processes are edges, `agree` says which key stands for
 * a day: the one proposed, or that of who was quicker. `newKey` is given in tests only.
 */
export function createPlateTokens(
  timeZone: string,
  newKey: () => Buffer = () => randomBytes(keyBytes),
  agree?: (day: string, proposed: Buffer) => Promise<Buffer>,
): PlateTokens {
  const calendar = new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' });
  let key: Buffer | undefined;
  let keyDay = '';

  const destroy = (): void => {
    key?.fill(0);
    key = undefined;
  };
  const expire = (now: EventTime): void => {
    if (key !== undefined && calendar.format(now) !== keyDay) destroy();
  };

  return {
    async prepare(now) {
      expire(now);
      if (key !== undefined || agree === undefined) return;
      const day = calendar.format(now);
      key = Buffer.from(await agree(day, newKey()));
      keyDay = day;
    },
    tokenise(plate, now) {
      expire(now);
      if (key === undefined) {
        assert(agree === undefined, 'the key of the day is to be prepared before plates are made tokens of');
        key = newKey();
        keyDay = calendar.format(now);
      }
      return (typeof plate === 'string' ? new RawPlate(plate) : plate).tokenUnder(key);
    },
    expire,
    destroy,
  };
}
