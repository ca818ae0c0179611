/** The field's codes for the movements of a junction: NBL, EBT, ... */
import type { Turn } from '#domain/network.ts';
import type { PlanePoint } from './net-xml.ts';

const bounds = ['NB', 'EB', 'SB', 'WB'] as const;

/** Where a vehicle heads when it arrives, degrees clockwise from north. */
export function headingAtEnd(shape: readonly PlanePoint[]): number {
  const [x1, y1] = shape.at(-1) as PlanePoint;
  const [x0, y0] = shape.findLast(([x, y]) => Math.hypot(x1 - x, y1 - y) > 1) ?? (shape[0] as PlanePoint);
  return ((Math.atan2(x1 - x0, y1 - y0) * 180) / Math.PI + 360) % 360;
}

/**
 * NB, EB, SB or WB for each approach, in the order given: up to four approaches each get a direction of
 * their own, as near to their heading as the order around the junction allows; of more, each gets the
 * nearest.
 */
export function boundsOf(headings: readonly number[]): string[] {
  const order = headings.map((_, i) => i).sort((a, b) => headings[a]! - headings[b]!);
  if (headings.length > bounds.length) return headings.map((h) => bounds[Math.round(h / 90) % 4]!);
  let best = Number.POSITIVE_INFINITY;
  let found: string[] = [];
  for (const sides of choose([0, 1, 2, 3], headings.length))
    for (let shift = 0; shift < sides.length; shift++) {
      const side = (place: number): number => sides[(place + shift) % sides.length]!;
      const off = order.reduce((sum, i, place) => sum + apart(headings[i]!, side(place) * 90) ** 2, 0);
      if (off >= best) continue;
      best = off;
      found = [];
      order.forEach((i, place) => {
        found[i] = bounds[side(place)]!;
      });
    }
  return found;
}

const letters: Readonly<Record<Turn, string>> = { left: 'L', thru: 'T', right: 'R', uturn: 'U' };

/** The code of a movement; a number tells it from earlier ones alike, as GMNS has it. */
export function codeOf(bound: string, turn: Turn, taken: Set<string>): string {
  const plain = `${bound}${letters[turn]}`;
  let code = plain;
  for (let n = 2; taken.has(code); n++) code = `${plain}${n}`;
  taken.add(code);
  return code;
}

function apart(a: number, b: number): number {
  const off = Math.abs(a - b) % 360;
  return off > 180 ? 360 - off : off;
}

/** All ways to take `count` of the items, in order. */
function choose(items: readonly number[], count: number): number[][] {
  if (count === 0) return [[]];
  return items.flatMap((item, i) => choose(items.slice(i + 1), count - 1).map((rest) => [item, ...rest]));
}
