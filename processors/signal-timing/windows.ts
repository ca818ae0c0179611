/** Measured windows for the examples: what a detector-perfect intersection would report. */

import { losByControlDelay } from '#domain/level-of-service.ts';
import type { Intersection, Movement, Network, Plan } from '#domain/network.ts';
import { planDelay } from '#domain/signal-timing/plan-delay.ts';
import { changeSeconds, splitsOf } from '#domain/signal-timing/ring-barrier.ts';
import { type EventTime, seconds } from '#domain/time.ts';
import type { IntersectionPerformance } from '#schemas/generated/intersection.performance.v1.ts';

/** Length of the windows, s. */
export const windowSeconds = 300;

/** Saturation flow of every phase, vehicles per hour of green. */
export const saturationVph = 1800;

/** The window from `windowStart` in which the plan served the volumes of the phases in turn. */
export function windowOf(
  intersection: Intersection,
  plan: Plan,
  windowStart: EventTime,
  volumes: readonly (number | null)[],
): IntersectionPerformance {
  const splits = splitsOf(plan);
  const demands = intersection.phases.flatMap(({ number }, i) => {
    const volumeVph = volumes[i] ?? null;
    return volumeVph === null ? [] : [{ phase: number, volumeVph, criticalVph: volumeVph, saturationVph }];
  });
  const delay = planDelay(intersection, plan, demands);
  return {
    district: intersection.district,
    intersection: intersection.id,
    at: windowStart + seconds(windowSeconds),
    windowStart,
    windowSeconds,
    revision: 0,
    cycles: Math.floor(windowSeconds / plan.cycleSeconds),
    cycleDeciseconds: plan.cycleSeconds * 10,
    phases: intersection.phases.map((phase, i) => {
      const known = delay.phases.find((seen) => seen.phase === phase.number);
      const volumeVph = volumes[i] ?? null;
      return {
        phase: phase.number,
        greenDeciseconds: Math.round(((splits.get(phase.number) as number) - changeSeconds(phase)) * 10),
        volumeVph,
        saturationVph,
        volumeToCapacityPermille: known === undefined ? null : Math.round(known.volumeToCapacity * 1000),
        controlDelayDeciseconds: known === undefined ? null : Math.round(known.delaySeconds * 10),
        levelOfService:
          known === undefined ? null : losByControlDelay(known.delaySeconds, known.volumeToCapacity),
        greenOccupancyPermille: null,
        splitFailures: null,
        quality: volumeVph === null ? 'missing' : 'observed',
      };
    }),
    controlDelayDeciseconds: Math.round(delay.delaySeconds * 10),
    levelOfService: losByControlDelay(delay.delaySeconds),
    quality: 'observed',
  };
}

/** A network of these intersections only, with the movements that their phases name. */
export function networkOf(...intersections: Intersection[]): Network {
  const movements = intersections.flatMap(({ node, phases }) =>
    phases.flatMap((phase) =>
      phase.movements.map(({ movement }): Movement => {
        const code = movement.replace(/^.*-/, '');
        const turn = code.endsWith('L') ? 'left' : 'thru';
        return {
          id: movement,
          node,
          code,
          turn,
          inbound: 'in',
          outbound: 'out',
          firstLane: 1,
          lastLane: 1,
          saturationVph,
        };
      }),
    ),
  );
  const none = new Map<string, never>();
  return {
    name: 'examples',
    timeZone: 'UTC',
    nodes: none,
    links: none,
    movements: new Map(movements.map((movement) => [movement.id, movement])),
    intersections: new Map(intersections.map((intersection) => [intersection.id, intersection])),
    detectors: none,
    cameras: none,
    facilities: none,
    stations: none,
    zones: none,
    districts: none,
  };
}
