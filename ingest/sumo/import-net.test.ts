import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Network } from '#domain/network.ts';
import { distanceMeters } from '#domain/place.ts';
import { ArterialError } from '#runtime/errors.ts';
import { needsElsewhere } from '../../test/needs.ts';
import { readNetwork } from '../gmns/read-network.ts';
import { writeNetwork } from '../gmns/write-network.ts';
import { importSumoNet } from './import-net.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sumo-'));
});
afterEach(() => rm(folder, { recursive: true }));

/**
 *    W ==(2 lanes, and a footway)== J -- E
 *                                   |
 *                                   S
 *
 *    stage 1: WE and EW, the right turn from W yields; 20 s, then 3 s yellow
 *    stage 2: that right turn alone, 6 s, 3 s yellow, 2 s all red
 *    stage 3: from S, 25 s, 3 s yellow; the program begins with that yellow
 */
const tee = `<?xml version="1.0" encoding="UTF-8"?>
<net version="1.9">
  <location netOffset="-500000.00,-6200000.00" projParameter="+proj=utm +zone=32 +ellps=WGS84"/>
  <edge id=":J_0" function="internal"><lane id=":J_0_0" index="0" speed="9" length="20.0"/></edge>
  <edge id=":J_9" function="internal"><lane id=":J_9_0" index="0" speed="9" length="7.5"/></edge>
  <edge id="WJ" from="W" to="J" name="Vestergade" shape="0,1000 100,990 200,1000">
    <lane id="WJ_0" index="0" allow="pedestrian" speed="2.0" length="200"/>
    <lane id="WJ_1" index="1" disallow="pedestrian rail" speed="13.89" length="200"/>
    <lane id="WJ_2" index="2" disallow="pedestrian rail" speed="13.89" length="200"/>
  </edge>
  <edge id="JW" from="J" to="W"><lane id="JW_0" index="0" speed="13.89" length="200"/></edge>
  <edge id="EJ" from="E" to="J"><lane id="EJ_0" index="0" speed="13.89" length="60"/></edge>
  <edge id="JE" from="J" to="E"><lane id="JE_0" index="0" speed="13.89" length="60"/></edge>
  <edge id="SJ" from="S" to="J"><lane id="SJ_0" index="0" speed="8.33" length="100"/></edge>
  <edge id="JS" from="J" to="S"><lane id="JS_0" index="0" speed="8.33" length="100"/></edge>
  <edge id="path" from="S" to="W"><lane id="path_0" index="0" allow="bicycle" speed="5" length="300"/></edge>
  <tlLogic id="TL" type="static" programID="day" offset="10">
    <phase duration="3" state="rrrry"/>
    <phase duration="20" state="GGgGr"/>
    <phase duration="3" state="yyGyr"/>
    <phase duration="6" state="rrGrr"/>
    <phase duration="3" state="rryrr"/>
    <phase duration="2" state="rrrrr"/>
    <phase duration="25" state="rrrrG" minDur="7" maxDur="40"/>
  </tlLogic>
  <tlLogic id="TL" type="static" programID="night" offset="0"><phase duration="60" state="ooooo"/></tlLogic>
  <junction id="W" type="dead_end" x="0" y="1000"/>
  <junction id="E" type="dead_end" x="260" y="1000"/>
  <junction id="S" type="dead_end" x="200" y="900"/>
  <junction id="J" type="traffic_light" x="200" y="1000"/>
  <junction id=":J_9_0" type="internal" x="200" y="1000"/>
  <connection from="WJ" to="JE" fromLane="1" toLane="0" via=":J_0_0" tl="TL" linkIndex="0" dir="s"/>
  <connection from="WJ" to="JE" fromLane="2" toLane="0" via=":J_0_0" tl="TL" linkIndex="1" dir="s"/>
  <connection from="WJ" to="JS" fromLane="1" toLane="0" via=":J_0_0" tl="TL" linkIndex="2" dir="r"/>
  <connection from="EJ" to="JW" fromLane="0" toLane="0" tl="TL" linkIndex="3" dir="s"/>
  <connection from="SJ" to="JW" fromLane="0" toLane="0" via=":J_0_0" tl="TL" linkIndex="4" dir="l"/>
  <connection from="WJ" to="JS" fromLane="0" toLane="0" dir="r"/>
  <connection from=":J_0" to="JS" fromLane="0" toLane="0" via=":J_9_0" dir="s"/>
</net>
`;

async function imported(xml = tee): Promise<Network> {
  const path = join(folder, 'tee.net.xml');
  await writeFile(path, xml);
  return importSumoNet(path, 'Europe/Copenhagen');
}

async function problemsOf(xml: string): Promise<string[]> {
  const error = await imported(xml).then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(ArterialError);
  expect((error as ArterialError).code).toBe('network.invalid');
  return (error as Error).message.split('\n  ').slice(1);
}

describe('a SUMO network', () => {
  it('becomes links for cars, lane 1 the leftmost', async () => {
    const network = await imported();
    expect([...network.links.keys()]).toEqual(['WJ', 'JW', 'EJ', 'JE', 'SJ', 'JS']);
    const { name, from, to, lanes, lengthMeters, freeFlowKph, site } = network.links.get('WJ')!;
    expect({ name, from, to, lanes, lengthMeters, freeFlowKph, site }).toEqual({
      ...{ name: 'Vestergade', from: 'W', to: 'J', lanes: 2, lengthMeters: 200, freeFlowKph: 50, site: 'J' },
    });
    expect([...network.nodes.keys()]).toEqual(['W', 'E', 'S', 'J']);
  });

  it('becomes movements with codes of the field, one for all lanes between two links', async () => {
    const movements = [...(await imported()).movements.values()];
    expect(movements.map((m) => `${m.id} ${m.code} ${m.turn} ${m.firstLane}-${m.lastLane}`)).toEqual([
      'WJ>JE EBT thru 1-2',
      'WJ>JS EBR right 2-2',
      'EJ>JW WBT thru 1-1',
      'SJ>JW NBL left 1-1',
    ]);
  });

  it('becomes one phase a stage, with the yellow and the red that follow it', async () => {
    const { phases, plan, node } = (await imported()).intersections.get('TL')!;
    const drawn = phases.map((phase) => {
      const served = phase.movements.map((m) => `${m.movement}${m.protection === 'permitted' ? '*' : ''}`);
      return `${phase.number}: ${served.join(' ')} y${phase.yellowSeconds} r${phase.redClearanceSeconds}`;
    });
    expect(drawn).toEqual(['1: WJ>JE WJ>JS* EJ>JW y3 r0', '2: WJ>JS y3 r2', '3: SJ>JW y3 r0']);
    expect(phases.map((p) => [p.minGreenSeconds, p.maxGreenSeconds])).toEqual([
      [5, 50],
      [5, 50],
      [7, 40],
    ]);
    expect(node).toBe('J');
    // The yellow that it begins with is the last stage's: stage 1 begins 3 s after the offset of 10 s.
    expect(plan).toEqual({
      id: 'TL-day',
      cycleSeconds: 62,
      offsetSeconds: 13,
      splits: [
        { phase: 1, seconds: 23 },
        { phase: 2, seconds: 11 },
        { phase: 3, seconds: 28 },
      ],
    });
  });

  it('takes the way through the junction as the distance to clear', async () => {
    const { phases } = (await imported()).intersections.get('TL')!;
    expect(phases.map((phase) => phase.clearanceMeters)).toEqual([27.5, 27.5, 27.5]);
  });

  it('gets detectors at and 80 m before a light, and half-way along other links', async () => {
    const detectors = [...(await imported()).detectors.values()];
    expect(detectors.map((d) => `${d.cabinet} ${d.channel} ${d.id} ${d.toStopBarMeters}`)).toEqual([
      'J-cabinet-1 1 WJ-stop-1 0',
      'J-cabinet-1 2 WJ-advance-1 80',
      'J-cabinet-1 3 WJ-stop-2 0',
      'J-cabinet-1 4 WJ-advance-2 80',
      'W-cabinet-1 1 JW-midblock-1 100',
      'J-cabinet-1 5 EJ-stop-1 0',
      'E-cabinet-1 1 JE-midblock-1 30',
      'J-cabinet-1 6 SJ-stop-1 0',
      'J-cabinet-1 7 SJ-advance-1 80',
      'S-cabinet-1 1 JS-midblock-1 50',
    ]);
  });

  it('lies where its projection says', async () => {
    const { nodes, links } = await imported();
    const [longitude, latitude] = nodes.get('W')!.position;
    expect(longitude).toBe(9);
    expect(latitude).toBeCloseTo(55.95, 1);
    const geometry = links.get('WJ')!.geometry;
    // 200 m on the ellipsoid are within 0.6 % of that on the sphere of `distanceMeters`.
    expect(Math.abs(distanceMeters(geometry[0]!, geometry[2]!) - 200)).toBeLessThan(1.2);
  });

  it('is laid out around 0°, 0° when it is not on the globe', async () => {
    const { nodes } = await imported(
      tee.replace(/projParameter="[^"]*"/, 'projParameter="!"').replace('-500000.00,-6200000.00', '0,0'),
    );
    expect(nodes.get('J')!.position).toEqual([0.0017986, 0.0089932]);
  });

  it('can be written as GMNS tables and read again', async () => {
    const network = await imported();
    await writeNetwork(join(folder, 'tables'), network);
    expect(await readNetwork(join(folder, 'tables'))).toEqual(network);
  });
});

describe('a problem in a net.xml names line, what was found and what would be right', () => {
  it.each([
    [
      'an edge to nowhere',
      ['<edge id="JW" from="J" to="W">', '<edge id="JW" from="J" to="X">'],
      'tee.net.xml:11 <edge to>: JW at junction "X", which is not in the file; ' +
        'the id of a <junction> would be right',
    ],
    [
      'a connection from nowhere',
      ['<connection from="SJ"', '<connection from="TJ"'],
      'tee.net.xml:36 <connection from>: edge "TJ", which is not in the file; ' +
        'the id of an <edge> would be right',
    ],
    [
      'a light without a program',
      ['tl="TL" linkIndex="3"', 'tl="TM" linkIndex="3"'],
      'tee.net.xml:35 <connection tl>: "TM", which has no program; the id of a <tlLogic> would be right',
    ],
    [
      'a state that is too short',
      ['state="rrGrr"', 'state="rrGr"'],
      'tee.net.xml:21 <phase state>: "rrGr" of 4 letters; ' +
        '5 letters or more, one a link index, would be right',
    ],
    [
      'a program that never shows green',
      [/state="[^"]*"/g, 'state="rrrrr"'],
      'tee.net.xml:17 <tlLogic TL>: 0 stages; ' +
        '1 to 16 steps with green and without yellow would be right',
    ],
    [
      'a projection that is not known',
      ['+proj=utm +zone=32', '+proj=merc'],
      'tee.net.xml:3 <location projParameter>: "+proj=merc +ellps=WGS84"; ' +
        '"+proj=utm +zone=..." or "!" would be right',
    ],
    [
      'a length that is none',
      ['length="60"', 'length="long"'],
      'tee.net.xml:12 <lane length>: "long"; a number of 0 or more would be right',
    ],
  ] as const)('%s', async (_, [from, to], problem) => {
    const spoilt = typeof from === 'string' ? tee.replace(from, to) : tee.replaceAll(from, to);
    expect(spoilt).not.toBe(tee);
    expect(await problemsOf(spoilt)).toEqual([problem]);
  });

  it('one light over two junctions', async () => {
    const two = tee
      .replace('id="SJ" from="S" to="J"', 'id="SJ" from="S" to="K"')
      .replace('id="JW" from="J"', 'id="JW" from="K"')
      .replace(
        '<junction id="J"',
        '<junction id="K" type="traffic_light" x="210" y="1000"/><junction id="J"',
      );
    expect(await problemsOf(two)).toEqual([
      'tee.net.xml:17 <tlLogic TL>: controls junctions J, K; ' +
        'one would be right: join them (netconvert --junctions.join)',
    ]);
  });

  it('a file that is not XML, or not a network', async () => {
    await expect(imported(tee.replace('</net>', ''))).rejects.toThrow(/^tee\.net\.xml:.*well-formed XML/);
    expect((await problemsOf('<routes/>'))[0]).toContain('a root element <net> would be right');
    await expect(importSumoNet(join(folder, 'none.net.xml'))).rejects.toThrow('cannot be read');
  });
});

const scenarios = new URL('../../../shared/scenarios/', import.meta.url).pathname;

describe(
  'the networks in ../shared/scenarios',
  needsElsewhere(existsSync(scenarios) ? '' : 'the networks in ../shared/scenarios'),
  () => {
    it.each([
      ['cologne1', { links: 10, signals: 1 }, [6.92, 50.93]],
      ['cologne3', { links: 48, signals: 3 }, [6.91, 50.93]],
      ['ingolstadt1', { links: 11, signals: 1 }, [11.41, 48.77]],
      ['grid4x4', { links: 80, signals: 16 }, [0, 0]],
    ] as const)('%s is imported, and read again from its tables', async (name, sizes, near) => {
      const network = await importSumoNet(join(scenarios, name, `${name}.net.xml`));
      expect({ links: network.links.size, signals: network.intersections.size }).toEqual(sizes);
      for (const { position } of network.nodes.values()) {
        expect(Math.abs(position[0] - near[0])).toBeLessThan(0.02);
        expect(Math.abs(position[1] - near[1])).toBeLessThan(0.02);
      }
      await writeNetwork(join(folder, 'tables'), network);
      expect(await readNetwork(join(folder, 'tables'))).toEqual(network);
    });
  },
);
