import { type Lights, permittedGreen, protectedGreen, red, yellow } from './lights.ts';
import { none, type RoadMovement, type Roads } from './roads.ts';
import type { Vehicles } from './vehicles.ts';

/** Drivers at the stop bar still cross this long into yellow. */
const yellowUseMs = 2000;
/** A waiting left turn clears the intersection this long into yellow. */
const leftClearsMs = 3000;
/** Time that a permitted left turn needs in the oncoming stream (HCM critical headway 4.5 s). */
const criticalGapSeconds = 4.5;

/** Whether the light, and the oncoming traffic where it yields, let the first vehicle of a lane cross now. */
export function mayCross(
  roads: Roads,
  lights: Lights,
  vehicles: Vehicles,
  movement: number,
  vehicle: number,
  nowMs: number,
): boolean {
  const road = roads.movements[movement]!;
  switch (lights.light[movement]) {
    case red:
      return false;
    case yellow: {
      const yellowForMs = nowMs - lights.sinceMs[movement]!;
      const isWaitingLeft = road.movement.turn === 'left' && vehicles.position[vehicle]! < 1;
      if (isWaitingLeft) return yellowForMs < leftClearsMs;
      return yellowForMs < yellowUseMs;
    }
    case permittedGreen:
      return hasGap(roads, lights, vehicles, road);
    case protectedGreen:
      return true;
    default:
      throw new Error(`light ${lights.light[movement]} of movement ${road.id} is none that exists`);
  }
}

/** No oncoming vehicle with a green light is nearer than the critical gap. */
function hasGap(roads: Roads, lights: Lights, vehicles: Vehicles, road: RoadMovement): boolean {
  for (const lane of road.opposingLanes) {
    const oncoming = vehicles.head[lane]!;
    if (oncoming === none) continue;
    const theirs = vehicles.movement[oncoming]!;
    if (theirs === none || roads.movements[theirs]!.movement.turn === 'left') continue;
    if (lights.light[theirs]! < permittedGreen) continue;
    const approach = roads.links[roads.laneLink[lane]!]!;
    if (vehicles.position[oncoming]! < approach.freeMps * criticalGapSeconds) return false;
  }
  return true;
}
