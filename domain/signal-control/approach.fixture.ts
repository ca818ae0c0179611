/** An approach from the south for tests: all of its right lane turn right, all of its left one left. */
import { crossing } from './crossing.fixture.ts';
import { type Layout, layoutsOf } from './layout.ts';
import type { ControlModel, DetectorModel, SignalModel } from './model.ts';

/** Stage 0 lets go the right lane, stage 1 both; they are `meters` long, and zones see 75 m. */
export function twoLanes(meters: number): Layout {
  const model = crossing('zones');
  const signal = model.signals[0] as SignalModel;
  const stage = { afterStop: [], minGreenSeconds: 5, nativeGreenSeconds: 25 };
  const approach: ControlModel = {
    ...model,
    detectors: model.detectors.filter(({ lanes }) => !lanes.includes('east')) as DetectorModel[],
    signals: [
      {
        ...signal,
        links: (['right', 'left'] as const).map((turn, number) => ({
          ...(signal.links[0] as SignalModel['links'][number]),
          number,
          inLane: number === 0 ? 'north' : 'west',
          inEdge: 'south',
          inMeters: meters,
          turn,
        })),
        stages: [
          { ...stage, green: [0], protected: [0] },
          { ...stage, green: [0, 1], protected: [0, 1] },
        ],
      },
    ],
  };
  return layoutsOf(approach).get('X') as Layout;
}
