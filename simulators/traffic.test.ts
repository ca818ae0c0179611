import { describe, expect, it } from 'vitest';
import type { Network } from '#domain/network.ts';
import type { Gates } from './gates.ts';
import { createLights, type Lights, permittedGreen, protectedGreen, red, yellow } from './lights.ts';
import { compileRoads, none, type Roads } from './roads.ts';
import { createTestNetwork } from './test-network.ts';
import { Traffic } from './traffic.ts';
import { spacingMeters } from './vehicles.ts';

const noGates: Gates = { claim: () => none, enter: () => false };
const start = 1_000_000_000_000;

interface City {
  readonly network: Network;
  readonly roads: Roads;
  readonly lights: Lights;
  readonly traffic: Traffic;
  run(seconds: number, each?: (second: number) => void): void;
  link(id: string): number;
  movement(id: string): number;
}

/** The test network with all lights green, on which nobody drives yet. */
function createCity(gates: Gates = noGates, seed = 7): City {
  const network = createTestNetwork();
  const roads = compileRoads(network);
  const lights = createLights(roads.movements.length);
  const traffic = new Traffic(roads, lights, gates, seed);
  let now = start;
  return {
    network,
    roads,
    lights,
    traffic,
    run: (seconds, each = () => undefined) => {
      for (let i = 0; i < seconds; i++, now += 1000) {
        each(i);
        traffic.step(now);
      }
    },
    link: (id) => roads.linkIndex.get(id)!,
    movement: (id) => roads.movementIndex.get(id)!,
  };
}

/** All drivers who come in by a link want one movement. */
function wantOnly(city: City, link: string, movement: string, vehiclesPerSecond: number): void {
  city.traffic.demand[city.link(link)] = vehiclesPerSecond;
  for (const m of city.roads.links[city.link(link)]!.movements) city.traffic.preference[m] = 0;
  city.traffic.preference[city.movement(movement)] = 1;
}

const totalsBalance = (city: City): void => {
  const { generated, emerged, left, parked } = city.traffic.totals;
  const inside = city.roads.links.reduce((sum, _, i) => sum + city.traffic.inside(i), 0);
  expect(generated + emerged).toBe(city.traffic.waitingOutside() + inside + left + parked);
};

describe('traffic', () => {
  it('loses and makes no vehicle', () => {
    let places = 30;
    const city = createCity({ claim: (link) => (link % 3 === 0 ? 0 : none), enter: () => places-- > 0 });
    city.traffic.demand.forEach((_, i) => {
      if (city.roads.links[i]!.isEntry) city.traffic.demand[i] = 0.4;
    });
    city.run(900, (second) => {
      if (second % 10 === 0) city.traffic.emerge(city.link('N11-N21'));
      if (second % 30 === 0) totalsBalance(city);
    });
    totalsBalance(city);
    expect(city.traffic.totals.parked).toBe(30);
    expect(city.traffic.totals.left).toBeGreaterThan(500);
    for (const [i] of city.roads.links.entries()) {
      const { linkIn, linkOut } = city.traffic.meters;
      if (!city.roads.links[i]!.isEntry && i % 3 !== 0 && i !== city.link('N11-N21'))
        expect(linkIn[i]! - linkOut[i]!).toBe(city.traffic.inside(i));
    }
  });

  it('keeps the jam spacing between vehicles of a lane and never moves one backwards', () => {
    const city = createCity();
    city.traffic.demand.fill(0.5);
    let nearest = Number.POSITIVE_INFINITY;
    let slowest = Number.POSITIVE_INFINITY;
    city.run(300, (second) => {
      city.lights.light.fill(second % 60 < 30 ? protectedGreen : red);
      const { head, behind, position, speed } = city.traffic.vehicles;
      for (let lane = 0; lane < city.roads.laneCount; lane++)
        for (let v = head[lane]!; v !== none; v = behind[v]!) {
          slowest = Math.min(slowest, speed[v]!);
          if (behind[v] !== none) nearest = Math.min(nearest, position[behind[v]!]! - position[v]!);
        }
    });
    expect(nearest).toBeCloseTo(spacingMeters, 6);
    expect(slowest).toBe(0);
  });

  it('does not cross on red, and stops crossing soon after yellow', () => {
    const city = createCity();
    wantOnly(city, 'N01-N11', 'N11-EBT', 0.5);
    const m = city.movement('N11-EBT');
    const link = city.link('N01-N11');
    city.lights.light[m] = red;
    city.run(120);
    expect(city.traffic.meters.linkOut[link]).toBe(0);
    city.lights.light[m] = protectedGreen;
    city.lights.sinceMs[m] = start + 120_000;
    city.run(20);
    const inGreen = city.traffic.meters.linkOut[link]!;
    expect(inGreen).toBeGreaterThan(10);
    city.lights.light[m] = yellow;
    city.lights.sinceMs[m] = start + 140_000;
    city.run(4);
    const inYellow = city.traffic.meters.linkOut[link]! - inGreen;
    expect(inYellow).toBeGreaterThan(0);
    expect(inYellow).toBeLessThanOrEqual(4);
    city.lights.light[m] = red;
    city.run(60);
    expect(city.traffic.meters.linkOut[link]).toBe(inGreen + inYellow);
  });

  it('leaves a queue at saturation flow after a start-up loss of about two seconds', () => {
    const city = createCity();
    wantOnly(city, 'N01-N11', 'N11-EBT', 1.2);
    const m = city.movement('N11-EBT');
    const link = city.link('N01-N11');
    city.lights.light[m] = red;
    city.run(200);
    city.lights.light[m] = protectedGreen;
    city.lights.sinceMs[m] = start + 200_000;
    const out: number[] = [];
    city.run(60, () => out.push(city.traffic.meters.linkOut[link]!));
    expect(out.slice(0, 4).map((n) => n - out[0]!)).toEqual([0, 0, 0, 2]);
    // Two lanes at 1800 vehicles an hour: one vehicle a second.
    const perSecond = (out[55]! - out[15]!) / 40;
    expect(perSecond).toBeGreaterThan(0.93);
    expect(perSecond).toBeLessThan(1.02);
    const lostSeconds = 30 - out[30]! / perSecond;
    expect(lostSeconds).toBeGreaterThan(1);
    expect(lostSeconds).toBeLessThan(4);
  });

  it('lets a permitted left turn go through gaps only', () => {
    const turned = (oncoming: number): number => {
      const city = createCity();
      wantOnly(city, 'N01-N11', 'N11-EBL', 0.3);
      wantOnly(city, 'N21-N11', 'N11-WBT', 0);
      for (const id of ['N21-N31', 'N22-N21', 'N20-N21', 'N31-N21'])
        city.traffic.demand[city.link(id)] = id === 'N31-N21' ? oncoming : 0;
      city.roads.links[city.link('N31-N21')]!.movements.forEach((m) => {
        city.traffic.preference[m] = m === city.movement('N21-WBT') ? 1 : 0;
      });
      city.lights.light[city.movement('N11-EBL')] = permittedGreen;
      city.run(900);
      return city.traffic.meters.linkOut[city.link('N01-N11')]!;
    };
    const alone = turned(0);
    const against = turned(0.9);
    expect(alone).toBeGreaterThan(200);
    expect(against).toBeLessThan(alone / 3);
  });

  it('fills a link behind a red light and then the link before it', () => {
    const city = createCity();
    wantOnly(city, 'N01-N11', 'N11-EBT', 0.9);
    const blocked = city.roads.links[city.link('N11-N21')]!;
    for (const m of blocked.movements) city.lights.light[m] = red;
    const filled: string[] = [];
    city.run(600, (second) => {
      for (const id of ['N11-N21', 'N01-N11'])
        if (!filled.some((f) => f.startsWith(id)) && standing(city, id) >= 60) filled.push(`${id} ${second}`);
    });
    expect(filled.map((f) => f.split(' ')[0])).toEqual(['N11-N21', 'N01-N11']);
    // No more stand on the link than fit it.
    const places = blocked.lanes * (Math.floor(blocked.lengthMeters / spacingMeters) + 1);
    expect(city.traffic.inside(city.link('N11-N21'))).toBeLessThanOrEqual(places);
  });

  it('passes an obstruction at the flow that it leaves', () => {
    const city = createCity();
    wantOnly(city, 'N01-N11', 'N11-EBT', 1);
    const link = city.link('N01-N11');
    city.traffic.obstructionMeters[link] = 100;
    city.traffic.obstructionHeadwayMs[link] = 6000;
    city.run(300);
    const before = city.traffic.meters.linkOut[link]!;
    city.run(600);
    // The movement uses two lanes: 2 x 600 vehicles an hour.
    expect(city.traffic.meters.linkOut[link]! - before).toBeGreaterThan(190);
    expect(city.traffic.meters.linkOut[link]! - before).toBeLessThanOrEqual(201);
  });

  it('drives at free-flow speed where nothing is in the way, and detectors see it', () => {
    const city = createCity();
    wantOnly(city, 'N01-N11', 'N11-EBT', 0.02);
    city.run(3600);
    const { linkMeters, linkSeconds, detectorCount, detectorMps, detectorOccupiedMs } = city.traffic.meters;
    const link = city.link('N01-N11');
    const kph = (linkMeters[link]! / linkSeconds[link]!) * 3.6;
    expect(kph).toBeGreaterThan(44);
    expect(kph).toBeLessThan(52);
    const advance = [2, 3].map((lane) => city.roads.detectorIndex.get(`N01-N11-advance-${lane}`)!);
    const count = advance.reduce((sum, d) => sum + detectorCount[d]!, 0);
    const mps = advance.reduce((sum, d) => sum + detectorMps[d]!, 0) / count;
    const occupied = advance.reduce((sum, d) => sum + detectorOccupiedMs[d]!, 0);
    expect(Math.abs(count - city.traffic.meters.linkOut[link]!)).toBeLessThanOrEqual(2);
    // Effective length of 2 m zone and 4.5 m vehicle.
    expect(occupied / count / 1000).toBeCloseTo(6.5 / mps, 1);
  });

  it('lights a stop-bar detector as long as a queue stands on it', () => {
    const city = createCity();
    wantOnly(city, 'N01-N11', 'N11-EBT', 0.9);
    city.lights.light[city.movement('N11-EBT')] = red;
    city.run(100);
    const d = city.roads.detectorIndex.get('N01-N11-stop-2')!;
    const before = city.traffic.meters.detectorOccupiedMs[d]!;
    city.run(60);
    expect(city.traffic.meters.detectorOccupiedMs[d]! - before).toBe(60_000);
    expect(city.traffic.meters.detectorCount[d]).toBe(0);
  });
});

function standing(city: City, id: string): number {
  const { firstLane, lanes } = city.roads.links[city.link(id)]!;
  const { head, behind, speed } = city.traffic.vehicles;
  let count = 0;
  for (let lane = firstLane; lane < firstLane + lanes; lane++)
    for (let v = head[lane]!; v !== none; v = behind[v]!) if (speed[v]! < 1) count++;
  return count;
}
