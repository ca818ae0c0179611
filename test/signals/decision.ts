/** How long it takes to advise a whole city once: crossings of four roads with two lanes each, in four stages. */
import type { Goal } from '#commands/goals.ts';
import { SignalControl } from '#domain/signal-control/control.ts';
import type {
  ControlModel,
  DetectorModel,
  Observation,
  Reading,
  SignalLink,
  SignalModel,
} from '#domain/signal-control/model.ts';
import { randomFrom } from '#domain/signal-timing/seeded.ts';

const crossings = 1_000;
/** Half of them before time is taken: greens are learnt and code is compiled by then. */
const ticks = 24;
const tickSeconds = 5;
const zoneMeters = 80;
const roads = ['north', 'east', 'south', 'west'] as const;

/** The outer lane goes straight on or right, the inner one straight on or left. */
const turnsOf = [
  ['thru', 'right'],
  ['thru', 'left'],
] as const;

function signalOf(id: string): SignalModel {
  const links: SignalLink[] = roads.flatMap((road, r) =>
    turnsOf.flatMap((turns, lane) =>
      turns.map((turn, k) => ({
        movement: `${id}:${road} ${turn} ${lane}`,
        number: r * 4 + lane * 2 + k,
        inLane: `${id} ${road}#${lane}`,
        inEdge: `${id} ${road}`,
        inMeters: 200,
        outLanes: [],
        turn,
        saturationVph: 1800,
        speedMps: 13.9,
        downstream: undefined,
      })),
    ),
  );
  const numbers = (first: number, wanted: (turn: string) => boolean): number[] =>
    links.flatMap(({ number, turn }) =>
      Math.floor(number / 4) % 2 === first && wanted(turn) ? [number] : [],
    );
  const stage = (green: readonly number[], safe: readonly number[]) => ({
    green,
    protected: safe,
    afterStop: [],
    minGreenSeconds: 5,
    nativeGreenSeconds: 25,
  });
  return {
    id,
    links,
    stages: [0, 1].flatMap((first) => {
      const left = numbers(first, (turn) => turn === 'left');
      return [
        stage(
          numbers(first, () => true),
          numbers(first, (turn) => turn !== 'left'),
        ),
        stage(left, left),
      ];
    }),
    yellowSeconds: 3,
    allRedSeconds: 1,
    native: [0, 1, 2, 3].map((one) => ({ stage: one, greenSeconds: 20 })),
  };
}

function detectorsOf({ id, links }: SignalModel): DetectorModel[] {
  const lanes = [...new Set(links.map(({ inLane }) => inLane))];
  return lanes.flatMap((lane) => [
    {
      id: `${lane} stop`,
      signal: id,
      role: 'stop' as const,
      distanceMeters: 2,
      lengthMeters: 0,
      lanes: [lane],
    },
    {
      id: `${lane} zone`,
      signal: id,
      role: 'queue' as const,
      distanceMeters: 0,
      lengthMeters: zoneMeters,
      lanes: [lane],
    },
  ]);
}

function seenAt(model: ControlModel, tick: number, random: () => number): Observation {
  const readings = new Map<string, Reading>();
  for (const { id, role } of model.detectors) {
    const vehicles = Math.floor(9 * random());
    readings.set(
      id,
      role === 'stop'
        ? { kind: 'loop', vehicles: Math.floor(3 * random()), occupancy: random(), isOn: random() < 0.5 }
        : { kind: 'zone', vehicles, halted: Math.floor(vehicles * random()), jamMeters: 0 },
    );
  }
  return {
    at: tick * tickSeconds,
    intervalSeconds: tick === 0 ? 0 : tickSeconds,
    latencySeconds: 1,
    readings,
    signals: model.signals.map(({ id }) => ({
      id,
      stage: Math.floor(tick / 4) % 4,
      clearingTo: undefined,
      elapsedSeconds: (tick % 4) * tickSeconds,
    })),
  };
}

/** The median of some ticks, each of them all crossings once. */
export function decisionGoal(): Goal {
  const signals = Array.from({ length: crossings }, (_, i) => signalOf(`X${i}`));
  const model: ControlModel = { signals, detectors: signals.flatMap(detectorsOf), tickSeconds };
  const control = new SignalControl(model);
  const random = randomFrom(1);
  const took: number[] = [];
  for (let tick = 0; tick < ticks; tick++) {
    const seen = seenAt(model, tick, random);
    const began = performance.now();
    control.take(seen);
    if (tick >= ticks / 2) took.push(performance.now() - began);
  }
  return {
    name: 'signals-decision-1000-crossings-8-lanes',
    measured: took.sort((a, b) => a - b)[Math.floor(took.length / 2)],
    relation: '<=',
    bound: 250,
    unit: 'ms',
    digits: 0,
  };
}
