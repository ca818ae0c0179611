import { describe, expect, it } from 'vitest';
import type { Answer, WhatIf } from '#api/context.ts';
import { avenue } from '#domain/signal-control/avenue.fixture.ts';
import { placeOfLane } from '#domain/signal-control/network-model.ts';
import { minutes } from '#domain/time.ts';
import { approachOf, uneven } from '#processors/signal-timing/approach.fixture.ts';
import { corridorsOf } from '#processors/signal-timing/corridors.ts';
import { shared } from '#processors/signal-timing/shared-lanes.fixture.ts';
import type { MeasureStore, Row } from '#runtime/measures.ts';
import type { SignalRecommendation } from '#schemas/generated/signal.recommendation.v1.ts';
import { rowOf } from '#schemas/row.ts';
import { RecommendNow } from './recommend-now.ts';

const network = avenue(2, 300);
const now = 1_800_057_600_000 + minutes(30);
const { signals } = corridorsOf(network, () => true)[0]!;

/** A store that has said of the lanes of all signals what came in the minutes before the last `age`. */
const storeWith = (age: number): MeasureStore =>
  ({
    select: async ({ table, where }: { table: string; where: { intersection: string } }) =>
      signals.flatMap(({ intersection, layout }) =>
        table !== 'approach_state' || where.intersection !== intersection.id
          ? []
          : [10, 9, 8, 7, 6, 5, 4, 3, 2, 1].map(
              (before) => rowOf(approachOf(intersection, layout, uneven, now - minutes(before + age))) as Row,
            ),
      ),
  }) as unknown as MeasureStore;
const adviser = (age: number) => new RecommendNow(network, storeWith(age), { now: () => now, rate: 1 });
const ask = (age: number, asked: WhatIf = {}) => adviser(age).one('I1', asked, undefined);

function documentOf(answer: Answer | undefined): SignalRecommendation {
  if (answer?.kind !== 'recommendation') throw new Error(answer?.reasons.join());
  return answer.document;
}

describe('advice on demand', () => {
  it('rests on lanes where no window tells', async () => {
    const document = documentOf(await ask(0));
    expect(document.evidence.windows).toBe(10);
    expect(document.constraints.every(({ met }) => met)).toBe(true);
    expect(document.reason).toContain('is the fullest');
  });

  it('keeps to what-if bounds', async () => {
    const answer = await ask(0, { cycleSecondsMin: 70 });
    if (answer.kind === 'recommendation')
      expect(answer.document.plan.cycleSeconds).toBeGreaterThanOrEqual(70);
    else expect(answer.reasons[0]).toContain('near the best within the bounds');
  });

  it('says why there is none when nothing is known of now', async () => {
    const answer = await ask(10);
    expect(answer).toEqual({
      kind: 'none',
      reasons: ['the lanes of I1 were not seen in the last two minutes, and no window tells of it'],
    });
  });

  it('gives more green to those who are asked to count for more, and promises what all will see', async () => {
    const plain = documentOf(await ask(0));
    const { link } = placeOfLane(signals[0]!.layout.lanes.at(-1)!.id);
    const favoured = documentOf(await ask(0, { priority: [{ link, weight: 10 }] }));
    const served = phasesFrom(link);
    expect(greenShare(favoured.plan, served)).toBeGreaterThan(greenShare(plain.plan, served));
    expect(favoured.predictedDelayDeciseconds).toBeGreaterThanOrEqual(plain.predictedDelayDeciseconds);
    expect(favoured.reason).toContain('counts as 10): so counted, ');
    expect(favoured.constraints.every(({ met }) => met)).toBe(true);
  });

  it('draws the plans of a corridor together', async () => {
    const answers = await adviser(0).corridor(['I1', 'I2'], {}, () => undefined);
    const documents = [...answers.values()].map(documentOf);
    expect(documents.map(({ intersection }) => intersection)).toEqual(['I1', 'I2']);
    expect(documents[0]!.reason).toContain('at 2 signals together');
    expect(new Set(documents.map(({ nonce }) => nonce)).size).toBe(2);
    // What is in force is what it starts from.
    const again = await adviser(0).corridor(['I1', 'I2'], {}, (id) =>
      documents.find(({ intersection }) => intersection === id),
    );
    expect(again.get('I1')).toMatchObject({ kind: 'none' });
  });

  it('leaves signals alone whose short lanes may fill', async () => {
    const tight = new RecommendNow(shared(20), storeWith(0), { now: () => now, rate: 1 });
    expect(await tight.one('I1', {}, undefined)).toMatchObject({
      ...{ kind: 'none', reasons: [expect.stringContaining('I1 keeps its plan')] },
    });
    expect((await tight.corridor(['I1', 'I2'], {}, () => undefined)).get('I2')).toMatchObject({
      reasons: [expect.stringContaining('I1 keeps its plan'), expect.stringContaining('I2 keeps its plan')],
    });
  });

  it('says of which signals of a corridor nothing is known', async () => {
    const answers = await adviser(0).corridor(['I1', 'I9'], {}, () => undefined);
    const none = { kind: 'none', reasons: ['I9 is not a signalised intersection'] };
    expect([...answers]).toEqual([
      ['I1', none],
      ['I9', none],
    ]);
  });
});

/** Numbers of the phases of I1 that serve a link. */
const phasesFrom = (link: string): number[] =>
  signals[0]!.intersection.phases
    .filter(({ movements }) =>
      movements.some(({ movement }) => network.movements.get(movement)?.inbound === link),
    )
    .map(({ number }) => number);

const greenShare = (
  { cycleSeconds, splits }: SignalRecommendation['plan'],
  phases: readonly number[],
): number =>
  splits.reduce((sum, { phase, seconds }) => (phases.includes(phase) ? sum + seconds : sum), 0) /
  cycleSeconds;
