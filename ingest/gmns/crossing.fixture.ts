/** The smallest network with a signal, drawn; built afresh for each test. */
import type { Link, Network, Phase } from '#domain/network.ts';

/**
 * A crossing J of two two-lane streets, all links 200 m, J in the middle:
 *
 *            N
 *            |          phase 2 (ring 1, barrier 1): west-east, with a crossing
 *       W ---J--- E     phase 4 (ring 1, barrier 2): south-north
 *            |          cycle 60 = 34 + 26
 *            S
 */
export function crossing(): Network {
  const positions = {
    J: [10, 56],
    N: [10, 56.002],
    E: [10.003, 56],
    S: [10, 55.998],
    W: [9.997, 56],
  } as const;
  const ends = ['N', 'E', 'S', 'W'] as const;
  const link = (from: keyof typeof positions, to: keyof typeof positions): [string, Link] => [
    `${from}${to}`,
    {
      id: `${from}${to}`,
      name: `${from} "street", ${to}`,
      from,
      to,
      lengthMeters: 200,
      lanes: 2,
      freeFlowKph: 50,
      capacityVph: 3501,
      site: `site-${to}`,
      district: 'centre',
      geometry: [positions[from], positions[to]],
    },
  ];
  const thru = (code: string, from: string, to: string) => ({
    id: code,
    node: 'J',
    code,
    turn: 'thru' as const,
    inbound: `${from}J`,
    outbound: `J${to}`,
    firstLane: 1,
    lastLane: 2,
    saturationVph: 3600,
  });
  const phase = (number: number, barrier: number, codes: string[]): Phase => ({
    number,
    ring: 1,
    barrier,
    position: 1,
    movements: codes.map((movement) => ({ movement, protection: 'protected' })),
    minGreenSeconds: 8,
    maxGreenSeconds: 40,
    yellowSeconds: 3.5,
    redClearanceSeconds: 1.5,
    pedestrian: barrier === 1 ? { walkSeconds: 7, clearanceSeconds: 14, crossingMeters: 14.5 } : undefined,
    approachKph: 55,
    grade: -0.02,
    clearanceMeters: 16,
  });
  const movements = [
    thru('EBT', 'W', 'E'),
    thru('WBT', 'E', 'W'),
    thru('NBT', 'S', 'N'),
    thru('SBT', 'N', 'S'),
  ];
  const detector = (channel: number, role: 'stop' | 'advance') => ({
    id: `D${channel}`,
    cabinet: 'K1',
    channel,
    site: 'site-J',
    link: 'WJ',
    role,
    firstLane: 1,
    lastLane: 2,
    toStopBarMeters: role === 'stop' ? 0 : 80,
    lengthMeters: 2,
    intervalSeconds: 10,
  });
  const zone = {
    id: 'Z1',
    site: 'site-J',
    link: 'WJ',
    firstLane: 1,
    lastLane: 2,
    toStopBarMeters: 0,
    lengthMeters: 80,
  };
  const place = { district: 'centre', position: [10.001, 56.001], link: 'WJ' } as const;
  return {
    name: 'crossing',
    timeZone: 'Europe/Copenhagen',
    nodes: new Map(
      (['J', ...ends] as const).map((id) => [
        id,
        { id, name: `node ${id}`, position: positions[id], intersection: id === 'J' ? 'X1' : undefined },
      ]),
    ),
    links: new Map(ends.flatMap((end) => [link(end, 'J'), link('J', end)])),
    movements: new Map(movements.map((movement) => [movement.id, movement])),
    intersections: new Map([
      [
        'X1',
        {
          id: 'X1',
          name: 'J',
          node: 'J',
          site: 'site-J',
          district: 'centre',
          position: positions.J,
          phases: [phase(2, 1, ['EBT', 'WBT']), phase(4, 2, ['NBT', 'SBT'])],
          plan: {
            id: 'X1-base',
            cycleSeconds: 60,
            offsetSeconds: 12,
            splits: [
              { phase: 2, seconds: 34 },
              { phase: 4, seconds: 26 },
            ],
          },
        },
      ],
    ]),
    detectors: new Map([detector(1, 'stop'), detector(2, 'advance')].map((d) => [d.id, d])),
    cameras: new Map([['C1', { id: 'C1', site: 'site-J', link: 'WJ', position: positions.J }]]),
    facilities: new Map([
      [
        'P1',
        { id: 'P1', name: 'P1', ...place, capacitySpaces: 80, kind: 'car-park', pricePerHourCents: 2000 },
      ],
      [
        'P2',
        { id: 'P2', name: '', ...place, capacitySpaces: 9, kind: 'on-street', pricePerHourCents: undefined },
      ],
    ]),
    zones: new Map([[zone.id, zone]]),
    stations: new Map([['W1', { id: 'W1', name: 'bridge', ...place }]]),
    districts: new Map([['centre', { id: 'centre', name: 'Centre' }]]),
  };
}
