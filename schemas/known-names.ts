/**
 * Names of places and devices come again and again, mostly one after the other as before. Each is kept once, so that a
 * name that comes again is the same string, which costs neither time nor memory; and after each it is noted which came
 * next, so that most are found where they are expected, without a search.
 */

/** Numbers are given as names come. 0 is no name. */
let texts: string[] = [''];
export const knownBytesMost = 48;
/** When so many are known, all are forgotten: enough for the devices of a large city. */
const namesMost = 1 << 20;

/** What is known of a name, a cache line each: its length, its bytes four to a word, and which name came next. */
const rowLength = 16;
const [lengthAt, wordsAt, nextAt] = [0, 1, 13];
let rows = new Int32Array(rowLength << 12);
/** By hash the number of a name, 0 where there is none; at least half of it is empty. */
let table = new Int32Array(1 << 13);

/** The last name of each of the first texts of a record. */
const places = 8;
const lasts = new Int32Array(places);

/** The bytes of the name that was searched for last, and where in the table it would be. */
const words = new Int32Array(knownBytesMost / 4);
let wordCount = 0;
let hashed = 0;
let free = 0;

/**
 * The text of ASCII that these bytes are, if it is known; else notes them for `knowName`. There are 1 to
 * `knownBytesMost` of them; `nth` is which text of its record it is, from 0.
 */
export function knownName(bytes: Buffer, start: number, end: number, nth: number): string | undefined {
  const place = nth < places ? nth : places - 1;
  const last = lasts[place] as number;
  if (isName(last, bytes, start, end)) return texts[last];
  let number = rows[last * rowLength + nextAt] as number;
  if (!isName(number, bytes, start, end)) {
    number = numberOf(bytes, start, end);
    if (number === 0) return undefined;
    rows[last * rowLength + nextAt] = number;
  }
  lasts[place] = number;
  return texts[number];
}

/** Keeps the text whose bytes were searched for last. */
export function knowName(text: string): void {
  if (texts.length === namesMost) forgetAll();
  const number = texts.push(text) - 1;
  if (number * rowLength === rows.length) rows = twice(rows);
  const row = number * rowLength;
  rows[row + lengthAt] = text.length;
  for (let n = 0; n < wordCount; n++) rows[row + wordsAt + n] = words[n] as number;
  table[free] = number;
  if (2 * texts.length > table.length) spread();
}

function forgetAll(): void {
  texts = [''];
  rows.fill(0);
  table.fill(0);
  lasts.fill(0);
  free = hashed & (table.length - 1);
}

/** Whether these bytes are those of a name. */
function isName(number: number, bytes: Buffer, start: number, end: number): boolean {
  const row = number * rowLength;
  if (rows[row + lengthAt] !== end - start) return false;
  let at = start;
  let word = row + wordsAt;
  for (const last = end - 4; at <= last; at += 4) if (rows[word++] !== wordOf(bytes, at)) return false;
  return at === end || rows[word] === restOf(bytes, at, end);
}

/** The number of a name by search; 0 if it is not known, and its bytes are noted. */
function numberOf(bytes: Buffer, start: number, end: number): number {
  wordCount = 0;
  let at = start;
  for (const last = end - 4; at <= last; at += 4) words[wordCount++] = wordOf(bytes, at);
  if (at < end) words[wordCount++] = restOf(bytes, at, end);
  hashed = hashOf(words, 0, wordCount, end - start);
  for (free = hashed & (table.length - 1); ; free = (free + 1) & (table.length - 1)) {
    const number = table[free] as number;
    if (number === 0 || isName(number, bytes, start, end)) return number;
  }
}

const wordOf = (bytes: Buffer, at: number): number =>
  (bytes[at] as number) |
  ((bytes[at + 1] as number) << 8) |
  ((bytes[at + 2] as number) << 16) |
  ((bytes[at + 3] as number) << 24);

/** The last bytes, fewer than four. */
function restOf(bytes: Buffer, at: number, end: number): number {
  let word = 0;
  for (let shift = 0; at + shift / 8 < end; shift += 8) word |= (bytes[at + shift / 8] as number) << shift;
  return word;
}

const multiplier = 0x5bd1e995;

/** By murmur2, which spreads names that are alike. */
function hashOf(from: Int32Array, start: number, count: number, length: number): number {
  let hash = length;
  for (let n = start; n < start + count; n++) {
    const product = Math.imul(from[n] as number, multiplier);
    hash = Math.imul(hash, multiplier) ^ Math.imul(product ^ (product >>> 24), multiplier);
  }
  hash = Math.imul(hash ^ (hash >>> 13), multiplier);
  return hash ^ (hash >>> 15);
}

/** Makes the table twice as large. */
function spread(): void {
  table = new Int32Array(2 * table.length);
  for (let number = 1; number < texts.length; number++) {
    const row = number * rowLength;
    const length = rows[row + lengthAt] as number;
    let at = hashOf(rows, row + wordsAt, (length + 3) >> 2, length) & (table.length - 1);
    while (table[at] !== 0) at = (at + 1) & (table.length - 1);
    table[at] = number;
  }
}

function twice(from: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(2 * from.length);
  wider.set(from);
  return wider;
}
