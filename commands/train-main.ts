/** What stands on the command line of `arterial train`. */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { longestHorizon } from '#domain/forecast/recent.ts';
import { type Subject, scopes, subjects } from '#domain/forecast/subject.ts';
import { readNetwork } from '#ingest/gmns/read-network.ts';
import { readConfig } from '#runtime/config.ts';
import { ArterialError } from '#runtime/errors.ts';
import { demoCity } from './demo-city.ts';
import { openConfiguredStoreParts } from './parts.ts';
import { cardPath, train } from './train.ts';
import { matrixHistory } from './training/matrix-history.ts';
import { publishModel } from './training/publish.ts';
import type { Source } from './training/source.ts';
import { storedHistory } from './training/stored-history.ts';

const options = {
  from: { type: 'string' },
  out: { type: 'string' },
  subject: { type: 'string', default: 'link' },
  days: { type: 'string', default: '180' },
  members: { type: 'string', default: '4' },
  seed: { type: 'string', default: '7' },
  null: { type: 'string' },
  span: { type: 'string' },
  horizons: { type: 'string', default: '3,6,12' },
  'time-zone': { type: 'string', default: 'UTC' },
  publish: { type: 'string' },
} as const;

const parse = (args: string[]) => parseArgs({ args, options }).values;
type Values = ReturnType<typeof parse>;

export async function trainCommand(
  args: string[],
  environment: NodeJS.ProcessEnv,
  say: (line: string) => void,
  note: (line: string) => void,
): Promise<void> {
  const values = parse(args);
  const { from, out, publish } = values;
  if (out === undefined || (from === undefined && publish === undefined))
    throw wrong('train', '--from history or a CSV file, and --out MODEL,');
  if (from !== undefined) {
    const members = wholeIn(values.members, 'members', 1, 8);
    const seed = wholeIn(values.seed, 'seed', 0, 2 ** 31 - 1);
    const source = await sourceOf(from, values, environment, note);
    const trained = await train({ source, from, out, members, seed, progress: process.stderr });
    say(trained.card);
    say(`${trained.name} in ${out}, what it is in ${cardPath(out)}`);
  }
  if (publish !== undefined) say(await publishModel(publish, await readFile(out)));
}

async function sourceOf(
  from: string,
  values: Values,
  environment: NodeJS.ProcessEnv,
  note: (line: string) => void,
): Promise<Source> {
  const subject = values.subject as Subject;
  if (!subjects.includes(subject)) throw wrong(`--subject ${subject}`, subjects.join(' or '));
  const days = wholeIn(values.days, 'days', 1, 3660);
  if (from !== 'history')
    return matrixHistory(from, {
      ...{ subject, days, missing: values.null, timeZone: zoneIn(values['time-zone']) },
      span: values.span === undefined ? undefined : spanIn(values.span),
      horizons: horizonsIn(values.horizons),
    });
  const config = readConfig(environment);
  const network = await readNetwork(config.networkFolder ?? demoCity);
  const parts = await openConfiguredStoreParts(config, note);
  try {
    return await storedHistory(parts.store, network, subject, days);
  } finally {
    await parts.close();
  }
}

function wholeIn(text: string, name: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw wrong(`--${name} ${text}`, `a whole number in ${least}..${most}`);
}

function spanIn(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw wrong(`--span ${text}`, `a number above 0, such as ${scopes.link.span},`);
}

function horizonsIn(text: string): number[] {
  const all = text.split(',').map(Number);
  const isRight = all.every(
    (one, i) => Number.isInteger(one) && one > (all[i - 1] ?? 0) && one <= longestHorizon,
  );
  if (isRight) return all;
  throw wrong(`--horizons ${text}`, `rows ahead, growing and at most ${longestHorizon}, such as 3,6,12,`);
}

function zoneIn(text: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    throw wrong(`--time-zone ${text}`, 'a name such as Europe/Copenhagen');
  }
}

const wrong = (found: string, right: string): ArterialError =>
  new ArterialError('config.invalid', `${found}; ${right} would be right`);
