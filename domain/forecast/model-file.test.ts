import { describe, expect, it } from 'vitest';
import { type ModelFile, modelBytesMost, readModelFile, suits, writeModelFile } from './model-file.ts';
import { idleModel } from './small-model.ts';
import { scopes } from './subject.ts';

const written = writeModelFile(idleModel('link', 2));

function read(bytes: Uint8Array): ModelFile {
  const file = readModelFile(bytes);
  if ('fault' in file) throw new Error(file.fault);
  return file;
}

function faultOf(bytes: Uint8Array): string {
  const file = readModelFile(bytes);
  return 'fault' in file ? file.fault : 'none';
}

/** The file with some bytes changed, hashed anew, as another program could have written it. */
function changed(change: (bytes: Uint8Array, view: DataView) => Uint8Array | undefined): Uint8Array {
  const copy = written.slice();
  const bytes = change(copy, new DataView(copy.buffer)) ?? copy;
  let hash = 0x811c9dc5;
  for (const byte of bytes.subarray(0, -4)) hash = Math.imul(hash ^ byte, 0x01000193);
  new DataView(bytes.buffer).setUint32(bytes.length - 4, hash >>> 0, true);
  return bytes;
}

/** The file with another text in its head, of the same length. */
const withHead = (from: string, to: string): Uint8Array =>
  changed((bytes) => {
    const at = Buffer.from(bytes).indexOf(from);
    expect(at).toBeGreaterThan(0);
    bytes.set(Buffer.from(to.padEnd(from.length)), at);
    return undefined;
  });

describe('the file of a model', () => {
  it('is read back as it was written, whatever it lies in', () => {
    const inside = new Uint8Array(written.length + 5);
    inside.set(written, 3);
    const { model, ...rest } = read(inside.subarray(3, 3 + written.length));
    const { model: before, ...restBefore } = idleModel('link', 2);
    expect(rest).toEqual(restBefore);
    expect({ ...model, name: '' }).toEqual(before);
    expect(writeModelFile({ ...rest, model })).toEqual(written);
  });

  it('names the model after its subject, its last day and its bytes', () => {
    const name = read(written).model.name;
    expect(name).toMatch(/^link-2026-05-31-[0-9a-f]{8}$/);
    expect(read(writeModelFile(idleModel('link', 2))).model.name).toBe(name);
    expect(read(writeModelFile(idleModel('link', 1))).model.name).not.toBe(name);
  });

  it('is some 170 kB with two members', () => {
    expect(written.length).toBeGreaterThan(120_000);
    expect(written.length).toBeLessThan(220_000);
  });

  it('suits the pace that it was made for', () => {
    const { model } = read(written);
    expect(suits(model, scopes.link.pace)).toBe(true);
    expect(suits(model, scopes.parking.pace)).toBe(false);
    expect(suits(model, { ...scopes.link.pace, horizons: [3, 6, 9] })).toBe(false);
    expect(suits(model, { ...scopes.link.pace, tickSeconds: 60 })).toBe(false);
  });
});

describe('a file that cannot be used', () => {
  it.each([
    ['nothing', new Uint8Array(0), 'not the file of a model'],
    ['something else', new Uint8Array(4000).fill(0x41), 'not the file of a model'],
    ['a part of it', written.subarray(0, 9000), 'not as they were written'],
    ['less than its head', written.subarray(0, 60), 'in which the head does not end'],
    ['one byte changed', written.map((byte, i) => (i === 90_000 ? byte ^ 1 : byte)), 'not as they were'],
    ['too much', new Uint8Array(modelBytesMost + 1), `at most ${modelBytesMost} would be right`],
  ])('is refused: %s', (_, bytes, fault) => {
    expect(faultOf(bytes)).toContain(fault);
  });

  it.each([
    [
      'another version',
      changed((_, view) => void view.setUint32(8, 3, true)),
      'version 3 of the format; 2 would',
    ],
    ['numbers too few', changed((bytes) => bytes.slice(0, -4)), 'bytes; '],
    [
      'a number that is none',
      changed((_, view) => void view.setFloat32(view.byteLength - 8, NaN, true)),
      'finite',
    ],
    ['a scale of 0', changed((_, view) => void view.setFloat32(scaleAt(), 0, true)), 'scales above 0'],
    ['another subject', withHead('"link"', '"tram"'), 'head.subject: "tram" found'],
    ['no JSON', withHead('"subject"', "'subject'"), 'not JSON'],
    ['another network', withHead('"hidden":64', '"hidden":32'), '32 hidden; 64 would be right'],
    ['horizons that shrink', withHead('[3,6,12]', '[6,3,12]'), 'head.pace'],
    ['a horizon too far', withHead('[3,6,12]', '[3,6,99]'), 'head.pace'],
    ['a neighbour that is nobody', withHead('[[1,2]', '[[1,9]'), 'not among the sensors'],
    ['two of one name', withHead('"L1","L2"', '"L1","L1"'), 'head.sensors'],
    ['no members', withHead('"members":2', '"members":0'), 'head.members'],
  ])('is refused: %s', (_, bytes, fault) => {
    expect(faultOf(bytes)).toContain(fault);
  });

  it('is not even written when it is too long for a record', () => {
    expect(() => writeModelFile(idleModel('link', 12))).toThrow('teach fewer members');
  });
});

/** Of the first scale, in bytes. */
function scaleAt(): number {
  const view = new DataView(written.buffer);
  return 16 + view.getUint32(12, true) + 4 * idleModel().model.shape.inputs;
}
