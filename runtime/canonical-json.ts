/**
 * One text for one value, by which rows are compared between runs and between stores. It is the text that
 * PostgreSQL prints for a `jsonb`: members by length and then bytes of their names, `", "` and `": "` between,
 * numbers without exponent. So the database can make it by itself.
 */

/** The canonical text of plain data; members that are undefined are left out, as in JSON. */
export function canonicalJson(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  switch (typeof value) {
    case 'string':
      return JSON.stringify(storableText(value));
    case 'number':
      return plainDecimal(value);
    case 'boolean':
      return String(value);
    case 'object':
      break;
    default:
      throw new TypeError(`a ${typeof value} is not plain data`);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(', ')}]`;
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([name, member]) => [storableText(name), member] as const)
    .sort(([a], [b]) => compareNames(a, b));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}: ${canonicalJson(member)}`).join(', ')}}`;
}

/** The order of the members of a canonical object. */
export const compareNames = (a: string, b: string): number =>
  Buffer.byteLength(a) - Buffer.byteLength(b) || compareBytes(a, b);

/** The order of texts by their UTF-8 bytes, as the collation "C" has it. */
export function compareBytes(a: string, b: string): number {
  if (a === b) return 0;
  // UTF-16 and UTF-8 order alike unless a surrogate pair meets a character beyond the surrogates.
  return /[\ud800-\uffff]/.test(a) ? Buffer.compare(Buffer.from(a), Buffer.from(b)) : a < b ? -1 : 1;
}

/** The text with U+FFFD for what no database text may hold: NUL and halves of surrogate pairs. */
export function storableText(text: string): string {
  const unsure = text.includes('\0') || /[\ud800-\udfff]/.test(text);
  return unsure ? Buffer.from(text).toString().replaceAll('\0', '\ufffd') : text;
}

/** The shortest decimal that reads back as `n`, written out. */
function plainDecimal(n: number): string {
  if (!Number.isFinite(n)) throw new RangeError(`${n} cannot be stored; a finite number would be right`);
  const text = String(n === 0 ? 0 : n);
  const [mantissa, exponentText] = text.split('e');
  if (exponentText === undefined) return text;
  const exponent = Number(exponentText);
  const sign = n < 0 ? '-' : '';
  const [whole, fraction = ''] = (mantissa as string).replace('-', '').split('.');
  const digits = whole + fraction;
  return exponent < 0
    ? `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
    : `${sign}${digits}${'0'.repeat(exponent - fraction.length)}`;
}
