import { expect, it } from 'vitest';
import { crossing } from './crossing.fixture.ts';
import { layoutsOf } from './layout.ts';
import type { ControlModel, SignalModel } from './model.ts';
import { initialSignal } from './signal-estimate.ts';
import { stageRates } from './stage-rates.ts';

/** Whether the lane from the west goes on from one stage to another, with these links green and protected. */
function goesOn(from: readonly [number[], number[]], to: readonly [number[], number[]]): boolean {
  const model = crossing();
  const stage = { afterStop: [], minGreenSeconds: 5, nativeGreenSeconds: 25 };
  const changed: ControlModel = {
    ...model,
    signals: [
      {
        ...(model.signals[0] as SignalModel),
        stages: [from, to].map(([green, safe]) => ({ ...stage, green, protected: safe })),
      },
    ],
  };
  const layout = layoutsOf(changed).get('X')!;
  const { lanes } = initialSignal(layout);
  const { stays, lanes: count } = stageRates(
    layout,
    lanes,
    layout.lanes.map(() => []),
  );
  const west = layout.lanes.findIndex(({ edge }) => edge === 'west');
  return stays[(0 * 2 + 1) * count + west] === 1;
}

it('lets those who turn left go on while the stream against them clears', () => {
  expect(
    goesOn(
      [
        [1, 2, 3],
        [1, 2],
      ],
      [[3], [3]],
    ),
  ).toBe(true);
});

it('has them start anew after a red', () => {
  expect(goesOn([[0], [0]], [[3], [3]])).toBe(false);
  // Those who go straight on begin: the lane is not known to move before they may.
  expect(
    goesOn(
      [[3], [3]],
      [
        [1, 2, 3],
        [1, 2],
      ],
    ),
  ).toBe(false);
});
