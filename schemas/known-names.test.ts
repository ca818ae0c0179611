import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { knowName, knownBytesMost, knownName } from './known-names.ts';

/** Looks for a name as a reader does, and keeps it when it is not there; whether it was. */
function looked(name: string, nth = 0): boolean {
  const bytes = Buffer.from(`~${name}~`);
  const known = knownName(bytes, 1, bytes.length - 1, nth);
  if (known === undefined) knowName(name);
  else if (known !== name) throw new Error(`${known} for ${name}`);
  return known !== undefined;
}

const ascii = fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: knownBytesMost });

describe('names that are kept', () => {
  it('are never taken for another, however alike they are', () => {
    const alike = fc
      .tuple(ascii, fc.nat(knownBytesMost), fc.constantFrom('', '\0', 'a', 'b'))
      .map(([name, at, put]) => (name.slice(0, at) + put + name.slice(at)).slice(0, knownBytesMost));
    fc.assert(
      fc.property(
        fc.array(fc.oneof(ascii, alike), { maxLength: 50 }),
        (names) => void names.map((name, i) => looked(name, i % 12)),
      ),
    );
  });

  it('are there when they come again', () => {
    looked('A12-east/7');
    expect(looked('A12-east/7')).toBe(true);
  });

  it('have room for the devices of a large city', () => {
    const devices = Array.from({ length: 500_000 }, (_, i) => `camera-${i}`);
    for (const device of devices) looked(device);
    expect(devices.every((device) => looked(device))).toBe(true);
    expect(devices.reverse().every((device) => looked(device))).toBe(true);
  });

  it('are forgotten when there are too many, and learnt anew', () => {
    for (let i = 0; i < 1_100_000; i++) looked(`report-${i}`);
    expect(looked('report-0')).toBe(false);
    expect(looked('report-0')).toBe(true);
    expect(looked('report-1099999')).toBe(true);
  });
});
