import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Network } from '#domain/network.ts';
import { distanceMeters } from '#domain/place.ts';
import { evaluatePlan } from '#domain/signal-timing/safety-gate.ts';
import { readNetwork } from '#ingest/gmns/read-network.ts';
import { toTables } from '#ingest/gmns/write-network.ts';
import { demoCity } from './city.ts';
import { demoCityFolder, demoCitySeed } from './tables.ts';

const folder = fileURLToPath(demoCityFolder);
const city = demoCity(demoCitySeed);
const links = [...city.links.values()];
const isGate = (network: Network, node: string) => network.nodes.get(node)?.intersection === undefined;
const inner = links.filter(({ from, to }) => !isGate(city, from) && !isGate(city, to));

describe('the committed tables of the demo city', () => {
  it('are what the generator makes; else run simulators/demo-city/generate.ts', async () => {
    const tables = toTables(city);
    expect((await readdir(folder)).sort()).toEqual([...tables.keys()].sort());
    for (const [file, text] of tables) expect(await readFile(`${folder}${file}`, 'utf8'), file).toBe(text);
  });

  it('load as the network that the generator made', async () => {
    expect(await readNetwork(folder)).toEqual(city);
  });
});

describe('the demo city', () => {
  it('has what the city must have', () => {
    expect(city.intersections.size).toBeGreaterThanOrEqual(28);
    expect(city.detectors.size).toBeGreaterThanOrEqual(300);
    expect(city.cameras.size).toBeGreaterThanOrEqual(40);
    expect(city.facilities.size).toBeGreaterThanOrEqual(12);
    expect(city.stations.size).toBeGreaterThanOrEqual(10);
    expect(city.districts.size).toBe(3);
  });

  it('moves with the seed, and does not move without it', () => {
    expect(demoCity(demoCitySeed)).toEqual(city);
    expect(demoCity(demoCitySeed + 1)).not.toEqual(city);
  });

  it('has blocks of 150 to 450 m inside and longer roads at its edge', () => {
    for (const { id, lengthMeters } of inner) {
      expect(lengthMeters, id).toBeGreaterThan(150);
      expect(lengthMeters, id).toBeLessThan(450);
    }
    for (const link of links.filter((l) => !inner.includes(l)))
      expect(link.lengthMeters, link.id).toBeGreaterThan(450);
  });

  it('has three bridges', () => {
    const bridges = new Set(links.map(({ name }) => name).filter((name) => name.endsWith('broen')));
    expect([...bridges].sort()).toEqual(['Midtbroen', 'Nordbroen', 'Sydbroen']);
  });

  it('draws every link from its upstream to its downstream node, as long as it says', () => {
    for (const { id, from, to, geometry, lengthMeters } of links) {
      expect(geometry[0], id).toEqual(city.nodes.get(from)?.position);
      expect(geometry.at(-1), id).toEqual(city.nodes.get(to)?.position);
      const drawn = geometry.slice(1).reduce((sum, p, i) => sum + distanceMeters(geometry[i]!, p), 0);
      expect(Math.abs(drawn - lengthMeters), id).toBeLessThan(0.06);
    }
  });

  it('lets one drive from every entry to every exit', () => {
    const next = new Map<string, string[]>();
    for (const { inbound, outbound } of city.movements.values())
      next.set(inbound, [...(next.get(inbound) ?? []), outbound]);
    const exits = links.filter(({ to }) => isGate(city, to));
    for (const entry of links.filter(({ from }) => isGate(city, from))) {
      const reached = new Set([entry.id]);
      for (const link of reached) for (const onward of next.get(link) ?? []) reached.add(onward);
      for (const exit of exits) expect(reached.has(exit.id), `${entry.id} to ${exit.id}`).toBe(true);
    }
  });

  it('serves every lane of every approach and every movement by a phase', () => {
    for (const { id, node, phases } of city.intersections.values()) {
      const own = [...city.movements.values()].filter((movement) => movement.node === node);
      const served = new Set(phases.flatMap(({ movements }) => movements.map(({ movement }) => movement)));
      expect([...served].sort(), id).toEqual(own.map((movement) => movement.id).sort());
      for (const { id: link, lanes, to } of links) {
        if (to !== node) continue;
        for (let lane = 1; lane <= lanes; lane++)
          expect(
            own.some((m) => m.inbound === link && m.firstLane <= lane && lane <= m.lastLane),
            `${link} lane ${lane}`,
          ).toBe(true);
      }
    }
  });

  it('runs no plan that the safety gate would refuse', () => {
    for (const intersection of city.intersections.values()) {
      const { plan } = intersection;
      const broken = evaluatePlan(intersection, plan, plan).filter(({ met }) => !met);
      expect(broken, intersection.id).toEqual([]);
      expect(plan.cycleSeconds, intersection.id).toBeGreaterThanOrEqual(80);
      expect(plan.cycleSeconds, intersection.id).toBeLessThanOrEqual(100);
    }
  });

  it('runs its larger crossings in two rings with protected left turns, and the smaller simply', () => {
    const phaseCounts = new Map<number, number>();
    for (const { phases } of city.intersections.values())
      phaseCounts.set(phases.length, (phaseCounts.get(phases.length) ?? 0) + 1);
    expect([...phaseCounts.keys()].sort()).toEqual([2, 4, 6, 8]);
    expect(phaseCounts.get(8)).toBeGreaterThanOrEqual(6);
    expect(phaseCounts.get(2)).toBeGreaterThanOrEqual(3);
  });

  // Protected movements that may be green together must not cross: NBT with SBT, NBL with SBL or NBT,
  // nothing else.
  it('never gives protected green to two movements that cross', () => {
    const opposite: Record<string, string> = { NB: 'SB', SB: 'NB', EB: 'WB', WB: 'EB' };
    for (const { id, phases } of city.intersections.values())
      for (const a of phases)
        for (const b of phases) {
          if (a.barrier !== b.barrier || (a.ring === b.ring && a !== b)) continue;
          const codes = [a, b].map(({ movements }) =>
            movements
              .filter(({ protection }) => protection === 'protected')
              .map(({ movement }) => city.movements.get(movement)!.code),
          );
          for (const one of codes[0]!)
            for (const other of codes[1]!) {
              const from = [one.slice(0, 2), other.slice(0, 2)];
              const sameTurn = one[2] === other[2];
              const allowed = from[0] === from[1] || (opposite[from[0]!] === from[1] && sameTurn);
              expect(allowed, `${id}: ${one} with ${other}`).toBe(true);
            }
        }
  });

  it('has detectors at every signalised approach: stop bar and advance', () => {
    const detectors = [...city.detectors.values()];
    for (const link of links.filter(({ to }) => !isGate(city, to)))
      for (const role of ['stop', 'advance'])
        expect(
          detectors.some((d) => d.link === link.id && d.role === role),
          `${link.id} ${role}`,
        ).toBe(true);
  });
});
