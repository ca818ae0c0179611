/** A signal with two ways in, and another behind a joint: for tests of what is made of a network. */
import type { Link, Movement, Network, Phase } from '../network.ts';

const link = (id: string, from: string, to: string, lengthMeters: number): Link => ({
  id,
  name: id,
  from,
  to,
  lengthMeters,
  lanes: 2,
  freeFlowKph: 54,
  capacityVph: 3600,
  site: to,
  district: 'D',
  geometry: [
    [0, 0],
    [0, 0],
  ],
});

const movement = (id: string, part: Partial<Movement>): Movement => ({
  id,
  node: 'A',
  code: id,
  turn: 'thru',
  inbound: 'in',
  outbound: 'out',
  firstLane: 1,
  lastLane: 2,
  saturationVph: 3600,
  ...part,
});

const phase = (number: number, movements: Phase['movements'], pedestrian?: Phase['pedestrian']): Phase => ({
  number,
  ring: 1,
  barrier: number,
  position: 1,
  movements,
  minGreenSeconds: 6,
  maxGreenSeconds: 0,
  yellowSeconds: 3,
  redClearanceSeconds: number,
  pedestrian,
  approachKph: 50,
  grade: 0,
  clearanceMeters: 10,
});

/** Into A on `in`, straight on over a joint to B, or to the side; and on `cross`, which the second phase serves. */
export function street(): Network {
  const intersection = (id: string, phases: readonly Phase[]) => ({
    id,
    name: id,
    node: id,
    site: id,
    district: 'D',
    position: [0, 0] as const,
    phases,
    plan: {
      id: 'plan',
      cycleSeconds: 60,
      offsetSeconds: 0,
      splits: phases.map(({ number }) => ({ phase: number, seconds: 30 })),
    },
  });
  const node = (id: string, signal?: string) =>
    [id, { id, name: id, position: [0, 0] as const, intersection: signal }] as const;
  const movements = [
    movement('T', { outboundLanes: [1, 2] }),
    movement('L', { turn: 'left', outbound: 'side', lastLane: 1, saturationVph: 1700 }),
    movement('R', { turn: 'right', outbound: 'side', firstLane: 2, saturationVph: 1500, turnOnRed: true }),
    movement('X', { inbound: 'cross', outbound: 'side', lastLane: 1, saturationVph: 1800 }),
    movement('slip', { turn: 'right', outbound: 'side' }),
  ];
  const links = [
    link('in', 'W', 'A', 200),
    link('out', 'A', 'J', 100),
    link('on', 'J', 'B', 150),
    link('back', 'J', 'A', 100),
    link('side', 'A', 'S', 80),
    link('cross', 'N', 'A', 200),
  ];
  const one = phase(1, [
    { movement: 'T', protection: 'protected' },
    { movement: 'L', protection: 'permitted' },
  ]);
  const two = phase(
    2,
    [
      { movement: 'L', protection: 'protected' },
      { movement: 'R', protection: 'protected' },
      { movement: 'X', protection: 'protected' },
    ],
    { walkSeconds: 7, clearanceSeconds: 10, crossingMeters: 10 },
  );
  return {
    name: 'street',
    timeZone: 'UTC',
    nodes: new Map([node('W'), node('N'), node('A', 'A'), node('J'), node('B', 'B'), node('S')]),
    links: new Map(links.map((each) => [each.id, each])),
    movements: new Map(movements.map((each) => [each.id, each])),
    intersections: new Map([
      ['A', intersection('A', [one, two])],
      ['B', intersection('B', [])],
    ]),
    detectors: new Map(
      (['stop', 'midblock'] as const).map((role, i) => [
        role,
        {
          id: role,
          cabinet: 'C',
          channel: i + 1,
          site: 'A',
          link: 'in',
          role,
          firstLane: 2,
          lastLane: 2,
          toStopBarMeters: 2,
          lengthMeters: 2,
          intervalSeconds: 5,
        },
      ]),
    ),
    zones: new Map(
      (['in', 'cross'] as const).map((way, i) => [
        `zone-${way}`,
        {
          id: `zone-${way}`,
          site: 'A',
          link: way,
          firstLane: 1,
          lastLane: 2 - i,
          toStopBarMeters: 0,
          lengthMeters: 80,
        },
      ]),
    ),
    cameras: new Map(),
    facilities: new Map(),
    stations: new Map(),
    districts: new Map([['D', { id: 'D', name: 'D' }]]),
  };
}
