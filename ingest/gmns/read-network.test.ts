import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ArterialError } from '#runtime/errors.ts';
import { crossing } from './crossing.fixture.ts';
import { readNetwork } from './read-network.ts';
import { toTables, writeNetwork } from './write-network.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gmns-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** The problems found after each edit of a table of the crossing, without the heading line. */
async function problemsAfter(...edits: readonly (readonly [file: string, from: string, to: string])[]) {
  await writeNetwork(folder, crossing());
  const tables = toTables(crossing());
  for (const [file, from, to] of edits) {
    const before = tables.get(file) ?? '';
    expect(before).toContain(from);
    tables.set(file, before.replace(from, to));
    await writeFile(join(folder, file), tables.get(file) ?? '');
  }
  const error = await readNetwork(folder).then(
    () => undefined,
    (e: unknown) => e,
  );
  if (error === undefined) return [];
  expect(error).toBeInstanceOf(ArterialError);
  expect((error as ArterialError).code).toBe('network.invalid');
  return (error as Error).message.split('\n  ').slice(1);
}

describe('a network on disk', () => {
  it('is read back as it was written', async () => {
    await writeNetwork(folder, crossing());
    expect(await readNetwork(folder)).toEqual(crossing());
  });

  it('is the same whether its cells are quoted or not, however its lines end', async () => {
    const written = toTables(crossing());
    for (const file of ['district.csv', 'node.csv', 'detector.csv', 'camera.csv']) {
      await writeNetwork(folder, crossing());
      const plain = written.get(file) as string;
      expect(plain).not.toContain('"');
      const quoted = plain.replace(/^([^,]+),/gm, '"$1",');
      for (const text of [plain, quoted])
        for (const end of ['\n', '\r\n'])
          for (const mark of ['', '\ufeff']) {
            await writeFile(join(folder, file), mark + text.trimEnd().replaceAll('\n', end + end));
            expect(await readNetwork(folder)).toEqual(crossing());
          }
    }
  });

  it('names the line of a problem, also behind empty lines', async () => {
    expect(await problemsAfter(['camera.csv', '\nC1,site-J', '\n\n\nC1,site-K'])).toEqual([
      expect.stringMatching(/^camera\.csv:4 site_id: /),
    ]);
  });

  it('keeps the order of the files in its maps', async () => {
    await writeNetwork(folder, crossing());
    expect([...(await readNetwork(folder)).links.keys()]).toEqual([...crossing().links.keys()]);
  });

  it('may come without lanes, signals and devices', async () => {
    await writeNetwork(folder, crossing());
    const optional = ['lane', 'movement', 'signal_controller', 'signal_timing_plan', 'signal_timing_phase'];
    for (const table of [...optional, 'signal_phase_mvmt', 'signal_coordination', 'detector', 'camera'])
      await rm(join(folder, `${table}.csv`));
    for (const table of ['parking', 'station']) await rm(join(folder, `${table}.csv`));
    await writeFile(join(folder, 'node.csv'), toTables(crossing()).get('node.csv')!.replace('signal', ''));
    const network = await readNetwork(folder);
    expect([network.links.size, network.intersections.size, network.detectors.size]).toEqual([8, 0, 0]);
  });

  it('is refused when a table that every network has is not there', async () => {
    expect(await readNetwork(folder).catch((e) => e.message)).toContain(
      'link.csv:1 link_id: no such file; columns link_id, name,',
    );
  });
});

describe('a problem in the tables names file, line, column, what was found and what would be right', () => {
  it.each([
    [
      'a reference to a node that does not exist',
      ['link.csv', 'NJ,"N ""street"", J",N,J', 'NJ,"N ""street"", J",N0,J'],
      'link.csv:2 from_node_id: "N0" is not in node.csv; one of its 5 ids (J, N, E, ...) would be right',
    ],
    [
      'an id that is there twice',
      ['district.csv', 'centre,Centre\n', 'centre,Centre\ncentre,Again\n'],
      'district.csv:3 district_id: "centre" is already on line 2; an id of its own would be right',
    ],
    [
      'a number out of range',
      ['node.csv', 'J,node J,10,56', 'J,node J,10,156'],
      'node.csv:2 y_coord: "156"; -90..90 would be right',
    ],
    [
      'a word for a number',
      ['node.csv', 'J,node J,10,56', 'J,node J,ten,56'],
      'node.csv:2 x_coord: "ten"; a number of -180..180 would be right',
    ],
    [
      'a column that is not there',
      ['station.csv', 'station_id,name', 'station_id,title'],
      'station.csv:1 name: no such column; ' +
        'a header with station_id, name, district_id, x_coord, y_coord, link_id would be right',
    ],
    [
      'a line with a cell too many',
      ['camera.csv', 'C1,site-J,WJ,10,56', 'C1,site-J,WJ,10,56,9'],
      'camera.csv:2 : 6 cells; 5 would be right',
    ],
    [
      'a time zone that is none',
      ['config.csv', 'Europe/Copenhagen', 'Europe/Atlantis'],
      'config.csv:2 time_zone: "Europe/Atlantis"; an IANA name such as Europe/Copenhagen would be right',
    ],
    [
      'another unit of length',
      ['config.csv', 'crossing,m,', 'crossing,mile,'],
      'config.csv:2 long_length: "mile"; m would be right',
    ],
    [
      'a geometry of one point',
      ['link.csv', 'LINESTRING (10 56.002, 10 56)', 'LINESTRING (10 56.002)'],
      'link.csv:2 geometry: "LINESTRING (10 56.002)"; ' +
        'LINESTRING (longitude latitude, longitude latitude, ...) would be right',
    ],
    [
      'a movement into a link that begins elsewhere',
      ['movement.csv', 'EBT,J,WJ,1,2,JE', 'EBT,J,WJ,1,2,NJ'],
      'movement.csv:2 ob_link_id: "NJ" begins at node N; J would be right',
    ],
    [
      'a movement from a lane that the link does not have',
      ['movement.csv', 'EBT,J,WJ,1,2,JE', 'EBT,J,WJ,1,3,JE'],
      'movement.csv:2 end_ib_lane: "3"; 1..2 would be right',
    ],
    [
      'lanes that disagree with the link',
      ['lane.csv', 'NJ_2,NJ,2\n', ''],
      'lane.csv:1 lane_num: no lane 2 of link NJ; 1..2 would be right',
    ],
    [
      'a link at a signal that belongs to another site',
      ['link.csv', '1750.5,site-J', '1750.5,site-K'],
      'link.csv:2 site_id: "site-K" on a link that ends at J; site-J would be right',
    ],
    [
      'a signalised node without a controller',
      ['node.csv', 'no_control', 'signal'],
      'node.csv:3 ctrl_type: "signal" without a controller; a row in signal_controller.csv would be right',
    ],
    [
      'an offset beyond the cycle',
      ['signal_coordination.csv', 'X1-base,X1,12', 'X1-base,X1,60'],
      'signal_coordination.csv:2 offset: 60 s in a cycle of 60 s; less would be right',
    ],
    [
      'a phase that serves nothing',
      [
        'signal_phase_mvmt.csv',
        /X1-base-4-NBT[\s\S]*/.exec(toTables(crossing()).get('signal_phase_mvmt.csv')!)![0],
        '',
      ],
      'signal_timing_phase.csv:3 timing_phase_id: phase 4 serves no movement and no crossing; ' +
        'a row in signal_phase_mvmt.csv would be right',
    ],
    [
      'a clearance that is not yellow and red clearance together',
      ['signal_timing_phase.csv', '3.5,1.5,5,', '3.5,1.5,6,'],
      'signal_timing_phase.csv:2 clearance: 6 s; 5 s, yellow and red_clear together, would be right',
    ],
    [
      'half of a crossing',
      ['signal_timing_phase.csv', ',34,7,14,14.5,', ',34,7,14,,'],
      'signal_timing_phase.csv:2 walk_time: only some of walk_time, ped_clearance, crossing_length; ' +
        'all three, or none where the phase serves no crossing, would be right',
    ],
    [
      'a channel that two detectors use',
      ['detector.csv', 'D2,K1,2', 'D2,K1,1'],
      'detector.csv:3 channel: channel 1 of K1 is already on line 2; each channel once would be right',
    ],
    [
      'a cabinet with two intervals',
      ['detector.csv', '80,2,10', '80,2,20'],
      'detector.csv:3 interval: 20 s in a cabinet that reports every 10 s; ' +
        'one interval a cabinet would be right',
    ],
    [
      'a detector beyond the upstream end of its link',
      ['detector.csv', '80,2,10', '280,2,10'],
      'detector.csv:3 to_stop_bar: "280"; 0..200 would be right',
    ],
    [
      'a camera at another site than its link',
      ['camera.csv', 'C1,site-J', 'C1,site-N'],
      'camera.csv:2 site_id: "site-N" on link WJ of site-J; site-J would be right',
    ],
    [
      'a kind of car park that is none',
      ['parking.csv', 'car-park', 'garage'],
      'parking.csv:2 kind: "garage"; one of on-street, off-street, underground, car-park would be right',
    ],
  ] as const)('%s', async (_, edit, problem) => {
    expect(await problemsAfter(edit)).toEqual([problem]);
  });

  it('names every problem at once', async () => {
    const problems = await problemsAfter(
      ['node.csv', 'J,node J,10,56', 'J,node J,10,156'],
      ['detector.csv', 'D2,K1,2', 'D2,K1,1'],
      ['parking.csv', 'car-park', 'garage'],
    );
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
      'node.csv:2',
      'detector.csv:3',
      'parking.csv:2',
    ]);
  });

  it('says so once for a quote that is never closed, and not again for what is then missing', async () => {
    const problems = await problemsAfter(['camera.csv', 'C1,site-J', '"C1,site-J']);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^camera\.csv:\d+ : .*CSV as in RFC 4180 would be right$/);
  });
});

describe('a plan that no controller could run', () => {
  it('has splits that do not sum to the cycle', async () => {
    expect(await problemsAfter(['signal_timing_phase.csv', ',26,,,', ',27,,,'])).toEqual([
      'signal_timing_plan.csv:2 cycle_length: the splits of ring 1 sum to 61 s; ' +
        '60 s, the cycle, would be right',
    ]);
  });

  it('has a split shorter than walk, pedestrian clearance, yellow and red clearance', async () => {
    expect(
      await problemsAfter(
        ['signal_timing_phase.csv', ',34,7,14,', ',25,7,14,'],
        ['signal_timing_phase.csv', ',26,,,', ',35,,,'],
      ),
    ).toEqual([
      "signal_timing_phase.csv:2 split: 25 s, less than the phase's minimum green or crossing, " +
        'yellow and red clearance; 26 s or more would be right',
    ]);
  });

  //  ring 1 | 2: 34 s   | 4: 26 s |
  //  ring 2 | 6: 30 s | 8: 30 s   |   the rings cross the barrier apart
  it('has barrier groups that do not end together', async () => {
    const second = (from: string, to: string, split: number) =>
      `X1-base-${to},X1-base,${to},2,${from === '2' ? 1 : 2},1,8,40,3.5,1.5,5,${split},,,,55,-0.02,16,\n`;
    const plan = 'signal_timing_plan.csv:2 timing_plan_id:';
    const right = 'the same in every ring would be right, as the rings cross a barrier together';
    const phases = toTables(crossing()).get('signal_timing_phase.csv')!;
    const served = toTables(crossing()).get('signal_phase_mvmt.csv')!;
    const problems = await problemsAfter(
      ['signal_timing_phase.csv', phases, phases + second('2', '6', 30) + second('4', '8', 30)],
      ['signal_phase_mvmt.csv', served, `${served}a,X1-base-6,WBT,protected\nb,X1-base-8,SBT,protected\n`],
    );
    expect(problems).toEqual([
      `${plan} barrier group 1 lasts 34 s in ring 1, 30 s in ring 2; ${right}`,
      `${plan} barrier group 2 lasts 26 s in ring 1, 30 s in ring 2; ${right}`,
    ]);
  });
});
