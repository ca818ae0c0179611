/**
 * Names of places and devices come again and again. The last two of each pair of slots are kept, so that a name that
 * comes again is the same string, which costs neither time nor memory. There are more slots where they are too few.
 */
let texts: (string | undefined)[] = new Array(1 << 14);
export const knownBytesMost = 48;
const wordsMost = knownBytesMost / 4;
/** The bytes of each of them, four to a word. */
let textWords = new Int32Array(texts.length * wordsMost);
/** Those of the text that is looked for. */
const words = new Int32Array(wordsMost);

/** After so many texts that were not known it is looked whether there are slots enough. */
const judgedEvery = 1 << 14;
/** Enough for the devices of a large city. */
const slotsMost = 1 << 20;
let unknown = 0;
/** Where the text is, or would be, that was looked for last. */
let slot = 0;
let looked = 0;

/** The text of ASCII that these bytes are, if it is kept; else notes them for `knowName`. At most `knownBytesMost`. */
export function knownName(bytes: Buffer, start: number, end: number): string | undefined {
  slot = slotOf(bytes, start, end);
  looked++;
  const length = end - start;
  if (isKept(slot, length)) return texts[slot];
  return isKept(slot ^ 1, length) ? texts[slot ^ 1] : undefined;
}

/** Keeps the text whose bytes were looked for last; what was in its slot goes to the neighbour's. */
export function knowName(text: string): void {
  if (++unknown === judgedEvery) {
    // Of those that are asked for every eighth is not there: names that come again have no room.
    const isFull = looked < 8 * judgedEvery && texts.length < slotsMost;
    unknown = 0;
    looked = 0;
    if (isFull) {
      texts = new Array(4 * texts.length);
      textWords = new Int32Array(texts.length * wordsMost);
      return;
    }
  }
  if (texts[slot] !== undefined) {
    texts[slot ^ 1] = texts[slot];
    textWords.copyWithin((slot ^ 1) * wordsMost, slot * wordsMost, (slot + 1) * wordsMost);
  }
  texts[slot] = text;
  textWords.set(words, slot * wordsMost);
}

/** Notes the words of a text, and says in which slot it would be: by murmur2, which spreads names that are alike. */
function slotOf(bytes: Buffer, start: number, end: number): number {
  let hash = end - start;
  let at = start;
  let n = 0;
  for (const last = end - 4; at <= last; at += 4) {
    const word =
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    words[n++] = word;
    hash = mixed(hash, word);
  }
  if (at < end) {
    let word = 0;
    for (let shift = 0; at < end; at++, shift += 8) word |= (bytes[at] as number) << shift;
    words[n] = word;
    hash = mixed(hash, word);
  }
  hash = Math.imul(hash ^ (hash >>> 13), multiplier);
  return (hash ^ (hash >>> 15)) & (texts.length - 1);
}

const multiplier = 0x5bd1e995;

function mixed(hash: number, word: number): number {
  const product = Math.imul(word, multiplier);
  return Math.imul(hash, multiplier) ^ Math.imul(product ^ (product >>> 24), multiplier);
}

/** Whether the text of a slot, which is ASCII, is the one of so many bytes whose words were noted. */
function isKept(slot: number, length: number): boolean {
  if (texts[slot]?.length !== length) return false;
  const first = slot * wordsMost;
  for (let n = 0; 4 * n < length; n++) if (textWords[first + n] !== words[n]) return false;
  return true;
}
