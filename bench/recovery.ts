/** How soon Arterial and its peers go on after they were killed, and whether their tables are right all the same. */
import { resolve } from 'node:path';
import { Bench } from './bench.ts';
import type { Drain } from './drain.ts';
import { spreadOf } from './paired.ts';
import type { Subject } from './subject.ts';
import { arterial } from './subjects/arterial.ts';
import type { Trial, TrialResult } from './trial.ts';

const name = 'recovery';
const rounds = 3;
/** Of event time. */
const [minutes, detectors] = [12, 20_000] as const;

/** The trial, with these peers beside Arterial. */
export const recoveryBeside = (peers: readonly Subject[]): Trial => ({
  name,
  does:
    'Each subject of the job with frames is killed without a word amid the topic, a quarter, a half and three ' +
    'quarters through, and started again at once. Measured from the kill until a minute has a row that had none; at ' +
    'the end its table is compared as ever.',
  async run({ servers, cpus, seed, scale, note }): Promise<TrialResult> {
    const bench = new Bench({ servers, cpus, seed, scale, note, buildFolder: resolve('.arterial', 'bench') });
    const subjects = [arterial, ...peers];
    const load = { job: 'frames', detectors, minutes } as const;
    const all = await bench.kills(name, load, subjects, rounds);
    const wrong = all[0]!.filter((drain) => drain.wrong !== undefined).length;
    return {
      name,
      goals: [{ name: `${name}-wrong-runs`, measured: wrong, relation: '=', bound: 0, unit: 'runs' }],
      measured: all.map((runs, i) => [subjects[i]!.name, recoveryText(runs)] as const),
    };
  },
});

/** Of the runs that count; and why others do not. */
function recoveryText(runs: readonly Drain[]): string {
  const right = runs.filter(({ wrong }) => wrong === undefined);
  const spread = spreadOf(right.map(({ recoverySeconds }) => recoverySeconds ?? Number.NaN));
  const others = runs.flatMap(({ wrong }) => (wrong === undefined ? [] : [`; one does not count: ${wrong}`]));
  if (spread === undefined) return `none of ${runs.length} counts${others.join('')}`;
  const [least, median, most] = [spread.least, spread.median, spread.most].map((value) => value.toFixed(1));
  const tables = `${right.length} of ${runs.length} tables right`;
  return `${median} s (${least} to ${most}), ${tables}${others.join('')}`;
}
