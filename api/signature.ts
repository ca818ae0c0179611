import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * JSON that is the same for equal values: keys sorted by code unit, no white space (as in RFC 8785; the numbers
 * are those of ECMAScript, which that document takes over).
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`);
  return `{${fields.join(',')}}`;
}

/** What is said about a document after it was issued; never under the signature. */
const outside: ReadonlySet<string> = new Set(['signature', 'status', 'acknowledgements', 'benefit']);

/** HMAC-SHA-256, hexadecimal, over the canonical JSON of a recommendation without what is said about it. */
export function sign(document: object, key: string | Buffer): string {
  const signed = Object.fromEntries(Object.entries(document).filter(([name]) => !outside.has(name)));
  return createHmac('sha256', key).update(canonicalJson(signed)).digest('hex');
}

/** Whether a recommendation, as it was received, carries the signature of the key. */
export function isSigned(document: { readonly signature: string }, key: string | Buffer): boolean {
  const found = Buffer.from(document.signature, 'hex');
  const right = Buffer.from(sign(document, key), 'hex');
  return found.length === right.length && timingSafeEqual(found, right);
}
