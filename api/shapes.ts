/** The words that every answer uses: times, quality, and values that may be missing. */
import { type Static, type TSchema, Type } from 'typebox';
import type { LevelOfService, Quality } from '#domain/quality.ts';

/** What a value is; see `domain/quality.ts`. */
export const qualities: readonly Quality[] = ['observed', 'imputed', 'forecast', 'stale', 'missing'];
/** A (free) to F (failed). */
export const levels: readonly LevelOfService[] = ['A', 'B', 'C', 'D', 'E', 'F'];

/** A choice among words, typed as such. */
export const OneOf = <Word extends string>(words: readonly Word[], description: string) =>
  Type.Unsafe<Word>({ type: 'string', enum: [...words], description });

/** A number, or null when it is not known: missing is never 0. */
export const NumberOrNull = (description: string) =>
  Type.Unsafe<number | null>({ type: ['number', 'null'], description });

/** A text, or null when there is none. */
export const TextOrNull = (description: string) =>
  Type.Unsafe<string | null>({ type: ['string', 'null'], description });

/** An RFC 3339 time in UTC. */
export const Time = (description: string) =>
  Type.String({ format: 'date-time', description: `${description} RFC 3339, UTC; 2026-01-05T08:00:00.000Z` });

/** An RFC 3339 time in UTC, or null. */
export const TimeOrNull = (description: string) =>
  TextOrNull(`${description} RFC 3339, UTC; 2026-01-05T08:00:00.000Z`);

export const QualityShape = OneOf(
  qualities,
  'observed was measured; imputed was derived; forecast is about the future; stale was true once; ' +
    'missing is not known, and is never 0',
);

export const LevelOfServiceShape = Type.Unsafe<LevelOfService | null>({
  type: ['string', 'null'],
  enum: [...levels, null],
  description: 'Level of service, A (free) to F (failed); null when not known',
});

export const AgeSeconds = NumberOrNull('Seconds since the newest evidence, by the clock of the city; 42');

export const LongitudeShape = Type.Number({
  minimum: -180,
  maximum: 180,
  description: 'Degrees east, WGS 84; 10.2039',
});
export const LatitudeShape = Type.Number({
  minimum: -90,
  maximum: 90,
  description: 'Degrees north, WGS 84; 56.1629',
});

/** The list of a resource, with the time at which it was true. */
export const Listed = <Name extends string, Item extends TSchema>(name: Name, item: Item) =>
  Type.Object({
    asOf: Time('The time in the city at which this was true.'),
    [name]: Type.Array(item),
  } as { asOf: ReturnType<typeof Time> } & Record<Name, ReturnType<typeof Type.Array<Item>>>);

/** The id of a thing, as a parameter of the path. */
export const IdParameter = <Name extends string>(name: Name, description: string) =>
  Type.Object({ [name]: Type.String({ minLength: 1, maxLength: 200, description }) } as Record<
    Name,
    ReturnType<typeof Type.String>
  >);

/** Nothing may be asked for. */
export const NoQuery = Type.Object({}, { additionalProperties: false });

/** An answer that many ask for is not sent again to who has it. */
export const Unchanged = {
  304: Type.Null({ description: 'The client has the newest answer, as its If-None-Match says.' }),
};

/** Which instant is asked for; now when it is left out. */
export const AtQuery = Type.Object(
  {
    at: Type.Optional(
      Type.String({
        format: 'date-time',
        description:
          'What was measured in the window that holds this instant, RFC 3339 with zone; now when left out',
      }),
    ),
  },
  { additionalProperties: false },
);

/** From when to when, and how finely. */
export const RangeQuery = Type.Object(
  {
    from: Type.Optional(
      Type.String({
        format: 'date-time',
        description: 'First instant, RFC 3339 with zone; 180 buckets before `to` when left out',
      }),
    ),
    to: Type.Optional(
      Type.String({
        format: 'date-time',
        description: 'Instant after the last, RFC 3339 with zone; now when left out',
      }),
    ),
    resolution: Type.Optional(
      Type.Unsafe<'1m' | '5m' | '15m' | '1h' | '1d'>({
        type: 'string',
        enum: ['1m', '5m', '15m', '1h', '1d'],
        default: '1m',
        description: 'Length of a bucket; buckets begin at its multiples in UTC',
      }),
    ),
  },
  { additionalProperties: false },
);

export type RangeAsked = Static<typeof RangeQuery>;
