import type { Movement, Network } from '#domain/network.ts';
import { avenue } from '#domain/signal-control/avenue.fixture.ts';

/** An avenue on whose main street everybody shares one lane, and those who turn left give way; so long it is. */
export function shared(lengthMeters: number): Network {
  const network = avenue(3, 300);
  const movements = new Map(
    [...network.movements].map(([id, movement]): [Movement['id'], Movement] => [
      id,
      { ...movement, firstLane: 1, lastLane: 1 },
    ]),
  );
  const intersections = new Map(
    [...network.intersections].map(([id, one]) => [
      id,
      {
        ...one,
        phases: one.phases.map((phase) => ({
          ...phase,
          movements: one.phases
            .flatMap((other) => other.movements)
            .map(({ movement }) => ({
              movement,
              protection:
                network.movements.get(movement)?.turn === 'thru'
                  ? ('protected' as const)
                  : ('permitted' as const),
            })),
        })),
      },
    ]),
  );
  const links = new Map(
    [...network.links].map(([id, link]) => [
      id,
      { ...link, lengthMeters: Math.min(link.lengthMeters, lengthMeters) },
    ]),
  );
  return { ...network, movements, intersections, links };
}
