/** What statuses of one moment say, as signal control sees it. */
import type { Observation, Reading, SignalShown } from '#domain/signal-control/model.ts';
import type { LoopStatus, SignalStatus, ZoneStatus } from '#schemas/generated/signal.status.v1.ts';
import type { Followed } from './state.ts';

/** Of statuses that speak of the same moment and the same length of time; at least one. */
export function observationOf(
  statuses: readonly SignalStatus[],
  followed: ReadonlyMap<string, Followed>,
): Observation {
  const { at, intervalSeconds, delayMilliseconds } = statuses[0] as SignalStatus;
  const readings = new Map<string, Reading>();
  for (const { loops, zones } of statuses) {
    for (const loop of loops) readings.set(loop.detector, loopReading(loop));
    for (const zone of zones) readings.set(zone.zone, zoneReading(zone));
  }
  return {
    at: at / 1000,
    intervalSeconds,
    latencySeconds: delayMilliseconds / 1000,
    readings,
    signals: statuses.map((status) => shownOf(status, followed.get(status.intersection)?.stages ?? [])),
  };
}

function loopReading({ count, occupancyPermille, isOn }: LoopStatus): Reading {
  if (count === null || occupancyPermille === null) return { kind: 'fault' };
  return { kind: 'loop', vehicles: count, occupancy: occupancyPermille / 1000, isOn };
}

function zoneReading({ vehicles, halted, queueDecimeters }: ZoneStatus): Reading {
  if (vehicles === null || halted === null || queueDecimeters === null) return { kind: 'fault' };
  return { kind: 'zone', vehicles, halted, jamMeters: queueDecimeters / 10 };
}

/** The stage whose phases are green, all of them and no others; undefined where there is none. */
function shownOf(status: SignalStatus, stages: readonly (readonly number[])[]): SignalShown {
  return {
    id: status.intersection,
    stage: stageOf(status.green, stages),
    clearingTo: stageOf(status.next, stages),
    elapsedSeconds: status.greenDeciseconds / 10,
  };
}

function stageOf(phases: readonly number[], stages: readonly (readonly number[])[]): number | undefined {
  const place = stages.findIndex(
    (stage) => stage.length === phases.length && stage.every((phase) => phases.includes(phase)),
  );
  return place < 0 ? undefined : place;
}
