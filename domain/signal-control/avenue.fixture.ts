/** An avenue of signals with side streets, for tests of plans. */
import type { Detector, Intersection, Link, Movement, Network, Node, Phase } from '../network.ts';

const nowhere = [0, 0] as const;
/** 15 m/s. */
const freeFlowKph = 54;
export const speedMps = 15;

const link = (id: string, from: string, to: string, lengthMeters: number): Link => ({
  id,
  name: id,
  from,
  to,
  lengthMeters,
  lanes: 2,
  freeFlowKph,
  capacityVph: 3600,
  site: to,
  district: 'D',
  geometry: [nowhere, nowhere],
});

const phase = (number: number, movements: Phase['movements'], part: Partial<Phase> = {}): Phase => ({
  number,
  ring: 1,
  barrier: number,
  position: 1,
  movements,
  minGreenSeconds: 6,
  maxGreenSeconds: 0,
  yellowSeconds: 4,
  redClearanceSeconds: 2,
  pedestrian: undefined,
  approachKph: 50,
  grade: 0,
  clearanceMeters: 10,
  ...part,
});

/**
 * Signals `I1`, `I2`, ... along an avenue, `meters` apart. Phase 1 serves both ways of the avenue (`T-I1` and `B-I1`)
 * and, from a lane of their own, those who turn left before who comes back (`L-I1`); phase 2 those alone, and phase 3
 * the side street (`X-I1`).
 */
export function avenue(signals: number, meters: number): Network {
  const ids = Array.from({ length: signals }, (_, i) => `I${i + 1}`);
  const nodes: Node[] = ['W', 'E', ...ids, ...ids.map((id) => `N${id}`), ...ids.map((id) => `S${id}`)].map(
    (id) => ({ id, name: id, position: nowhere, intersection: ids.includes(id) ? id : undefined }),
  );
  const links = ids.flatMap((id, i) => [
    link(`main-${id}`, i === 0 ? 'W' : (ids[i - 1] as string), id, i === 0 ? 300 : meters),
    link(`back-${id}`, ids[i + 1] ?? 'E', id, ids[i + 1] === undefined ? 300 : meters),
    link(`side-${id}`, `N${id}`, id, 300),
    link(`away-${id}`, id, `S${id}`, 300),
  ]);
  links.push(link('out', ids.at(-1) as string, 'E', 300), link('home', ids[0] as string, 'W', 300));
  const movements = ids.flatMap((id, i): Movement[] => {
    const onward = ids[i + 1] === undefined ? 'out' : `main-${ids[i + 1]}`;
    const homeward = ids[i - 1] === undefined ? 'home' : `back-${ids[i - 1]}`;
    const way = (
      code: string,
      turn: Movement['turn'],
      inbound: string,
      outbound: string,
      lane = 1,
    ): Movement => ({
      id: `${code}-${id}`,
      node: id,
      code,
      turn,
      inbound,
      outbound,
      firstLane: lane,
      lastLane: lane,
      saturationVph: 1800,
    });
    return [
      way('T', 'thru', `main-${id}`, onward, 2),
      way('L', 'left', `main-${id}`, `away-${id}`),
      way('B', 'thru', `back-${id}`, homeward),
      way('X', 'thru', `side-${id}`, `away-${id}`),
    ];
  });
  const intersections = ids.map(
    (id): Intersection => ({
      id,
      name: id,
      node: id,
      site: id,
      district: 'D',
      position: nowhere,
      phases: [
        phase(1, [
          { movement: `T-${id}`, protection: 'protected' },
          { movement: `B-${id}`, protection: 'protected' },
          { movement: `L-${id}`, protection: 'permitted' },
        ]),
        phase(2, [{ movement: `L-${id}`, protection: 'protected' }], { mayBeOmitted: true }),
        phase(3, [{ movement: `X-${id}`, protection: 'protected' }]),
      ],
      plan: {
        id: 'tables',
        cycleSeconds: 80,
        offsetSeconds: 0,
        splits: [
          { phase: 1, seconds: 36 },
          { phase: 2, seconds: 12 },
          { phase: 3, seconds: 32 },
        ],
      },
    }),
  );
  const lanes = ids.flatMap((id) => [
    { id, link: `main-${id}`, lane: 1 },
    { id, link: `main-${id}`, lane: 2 },
    { id, link: `back-${id}`, lane: 1 },
    { id, link: `side-${id}`, lane: 1 },
  ]);
  const detectors = lanes.flatMap(({ id, link: on, lane }, i) =>
    (['stop', 'advance'] as const).map(
      (role, k): Detector => ({
        id: `${on} ${lane} ${role}`,
        cabinet: id,
        channel: ((2 * i + k) % 255) + 1,
        site: id,
        link: on,
        role,
        firstLane: lane,
        lastLane: lane,
        toStopBarMeters: role === 'stop' ? 2 : 45,
        lengthMeters: 2,
        intervalSeconds: 5,
      }),
    ),
  );
  const byId = <Value extends { readonly id: string }>(values: readonly Value[]): Map<string, Value> =>
    new Map(values.map((value) => [value.id, value]));
  return {
    name: 'avenue',
    timeZone: 'UTC',
    nodes: byId(nodes),
    links: byId(links),
    movements: byId(movements),
    intersections: byId(intersections),
    detectors: byId(detectors),
    zones: new Map(),
    cameras: new Map(),
    facilities: new Map(),
    stations: new Map(),
    districts: new Map([['D', { id: 'D', name: 'D' }]]),
  };
}
