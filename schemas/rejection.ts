/** Every way in which a record can be unusable. Each has a row in docs/errors.md. */
export const rejectionCodes = [
  'wire.framing',
  'wire.schema',
  'wire.truncated',
  'wire.trailing',
  'wire.number',
  'wire.text',
  'wire.choice',
  'wire.length',
  'json.syntax',
  'json.type',
  'json.missing',
  'json.unknown',
  'value.range',
  'value.combination',
  'time.zone',
  'time.ahead',
  'reference.unknown',
] as const;

export type RejectionCode = (typeof rejectionCodes)[number];

/** Why a record cannot be used. A value, never thrown: bad data is ordinary. */
export class Rejection {
  readonly code: RejectionCode;
  /** Path of the field at fault, `readings[3].count`; empty when the record as a whole is. */
  readonly field: string;
  /** What was found, and what would be right. */
  readonly detail: string;

  constructor(code: RejectionCode, field: string, detail: string) {
    this.code = code;
    this.field = field;
    this.detail = detail;
  }
}

export const reject = (code: RejectionCode, field: string, detail: string): Rejection =>
  new Rejection(code, field, detail);

/** Tells a rejection from the value that it stands instead of. */
export const isRejection = (value: unknown): value is Rejection => value instanceof Rejection;
