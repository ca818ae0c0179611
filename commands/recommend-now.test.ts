import { describe, expect, it } from 'vitest';
import { avenue } from '#domain/signal-control/avenue.fixture.ts';
import { minutes } from '#domain/time.ts';
import { approachOf, uneven } from '#processors/signal-timing/approach.fixture.ts';
import { corridorsOf } from '#processors/signal-timing/corridors.ts';
import type { MeasureStore, Row } from '#runtime/measures.ts';
import { rowOf } from '#schemas/row.ts';
import { recommendNow } from './recommend-now.ts';

const network = avenue(2, 300);
const now = 1_800_057_600_000 + minutes(30);
const { intersection, layout } = corridorsOf(network, () => true)[0]!.signals[0]!;

/** A store that has said of the lanes of I1 what came in the minutes before the last `age`. */
const storeWith = (age: number): MeasureStore =>
  ({
    select: async ({ table }: { table: string }) =>
      table === 'approach_state'
        ? [5, 4, 3, 2, 1].map(
            (before) => rowOf(approachOf(intersection, layout, uneven, now - minutes(before + age))) as Row,
          )
        : [],
  }) as unknown as MeasureStore;
const ask = (age: number, bounds = {}) =>
  recommendNow(network, storeWith(age), { now: () => now, rate: 1 })('I1', bounds, undefined);

describe('advice on demand', () => {
  it('rests on lanes where no window tells', async () => {
    const answer = await ask(0);
    if (answer.kind === 'none') throw new Error(answer.reasons.join());
    expect(answer.document.evidence.windows).toBe(5);
    expect(answer.document.constraints.every(({ met }) => met)).toBe(true);
    expect(answer.document.reason).toContain('is the fullest');
  });

  it('keeps to what-if bounds', async () => {
    const answer = await ask(0, { cycleSecondsMin: 70 });
    if (answer.kind === 'recommendation')
      expect(answer.document.plan.cycleSeconds).toBeGreaterThanOrEqual(70);
    else expect(answer.reasons[0]).toContain('near the best within the bounds');
  });

  it('says why there is none when nothing is known of now', async () => {
    const answer = await ask(10);
    expect(answer).toEqual({ kind: 'none', reasons: [expect.stringContaining('0 usable windows')] });
  });
});
