/** What is said of the lanes of an avenue, for tests. */
import type { Intersection } from '#domain/network.ts';
import type { Layout } from '#domain/signal-control/layout.ts';
import { placeOfLane } from '#domain/signal-control/network-model.ts';
import { type EventTime, minutes } from '#domain/time.ts';
import type { ApproachLane, ApproachState } from '#schemas/generated/approach.state.v1.ts';

/** Vehicles that come an hour. */
export type Vph = (link: string, lane: number) => number;

/** The avenue is busier than its side streets, for which the plan in the tables has as much green. */
export const uneven: Vph = (link, lane) => {
  if (link.startsWith('side')) return 120;
  return lane === 2 || link.startsWith('back') ? 550 : 50;
};

/** The minute from `windowStart` on. */
export function approachOf(
  { id }: Intersection,
  { lanes }: Layout,
  vph: Vph,
  windowStart: EventTime,
  part: Partial<ApproachLane> = {},
): ApproachState {
  return {
    district: 'D',
    intersection: id,
    at: windowStart + minutes(1),
    windowStart,
    windowSeconds: 60,
    statuses: 12,
    twin: null,
    lanes: lanes.map((lane) => {
      const place = placeOfLane(lane.id);
      const arrivalVph = vph(place.link, place.lane);
      return {
        ...place,
        queueDecivehicles: 0,
        deviationDecivehicles: 0,
        longestQueueDecivehicles: 0,
        longestWaitSeconds: 0,
        stoppedVehicleSeconds: 0,
        arrivalVph,
        arrivalDeviationVph: Math.round(0.2 * arrivalVph),
        saturationVph: null,
        saturationDeviationVph: null,
        spillsBack: false,
        shares: lane.links.map(({ movement }) => ({ movement, permille: 1000, deviationPermille: 0 })),
        quality: 'observed' as const,
        ...part,
      };
    }),
  };
}
