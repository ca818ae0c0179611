/** `npm run scale`: one preloaded log, drained by one process, two and three; the tables must be equal to a bit. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { formatGoals, type Goal, isMet } from '#commands/goals.ts';
import { machineTimers } from '#runtime/timers.ts';
import { tables } from '#schemas/tables.ts';
import type { Child } from '../faults/child.ts';
import { City } from '../faults/city.ts';
import { openRig } from '../faults/rig.ts';

/** Six, so that one, two and three processes have as many each. */
const partitions = 6;
/** How long a partition may be without an owner before it is said that nobody took it. Seconds. */
const ownedWithin = 60;

interface Drain {
  readonly processes: number;
  readonly records: number;
  readonly seconds: number;
  readonly digest: string;
  readonly deficit: number;
  readonly differences: number;
  /** Seconds until every partition had its owner again: one process more, one that leaves, one that is killed. */
  readonly joined: number | undefined;
  readonly left: number | undefined;
  readonly killed: number | undefined;
}

const note = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      processes: { type: 'string', default: '1,2,3' },
      minutes: { type: 'string', default: '30' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    },
  });
  const counts = values.processes.split(',').map((text) => whole(text, 'processes'));
  const minutes = whole(values.minutes, 'minutes');
  const rig = await openRig(join('.arterial', 'scale', String(process.pid)), note);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void rig.close().finally(() => process.exit(130)));
  const drains: Drain[] = [];
  try {
    const fed = await rig.fed(whole(values.seed, 'seed'), minutes, partitions);
    note(`${fed.feed.records.length} records of ${minutes} minutes of the city`);
    for (const processes of counts) {
      const city = await City.open(rig, { fed });
      try {
        drains.push(await drain(city, processes));
      } finally {
        await city.close();
      }
    }
  } finally {
    await rig.close();
  }
  if (!values.json) process.stdout.write(`${tableOf(drains)}\n`);
  const goals = goalsOf(drains);
  const formatted = formatGoals(goals, values.json);
  const text = values.json ? JSON.stringify({ drains, goals: JSON.parse(formatted) }) : formatted;
  process.stdout.write(`${text}\n`);
  if (!goals.every(isMet)) process.exitCode = 1;
}

async function drain(city: City, processes: number): Promise<Drain> {
  await city.send(city.records, { rate: Number.POSITIVE_INFINITY });
  note(`${processes} ${processes === 1 ? 'process drains' : 'processes drain'} what is preloaded`);
  const starting = city.startProcessors(processes);
  // From the first commit on: how long processes take to start is another question.
  await city.watch.until(() => city.watch.commits > 0, 120);
  const began = performance.now();
  const [children] = await Promise.all([starting, city.settled(600)]);
  const seconds = (performance.now() - began) / 1000;
  const { deficit, differences, first } = await city.judge();
  for (const line of first) note(line);
  const digest = await city.store.digest(tables.map(({ name }) => name));

  const third = city.launch();
  const joined = await timed(() => isShared([...children, third]));
  third.signal('SIGTERM');
  const left = await timed(() => isShared(children));
  const victim = city.launch();
  await timed(() => isShared([...children, victim]));
  victim.signal('SIGKILL');
  const killed = await timed(() => isShared(children));
  return {
    processes,
    records: city.records.length,
    seconds,
    digest,
    deficit,
    differences,
    joined,
    left,
    killed,
  };
}

/** Whether these processes own every partition, and each as many as the others, give or take one. */
async function isShared(children: readonly Child[]): Promise<boolean> {
  const owned = await Promise.all(children.map(ownedBy));
  const sum = owned.reduce((all, own) => all + own, 0);
  return sum === partitions && Math.max(...owned) - Math.min(...owned) <= 1;
}

async function ownedBy(child: Child): Promise<number> {
  const address = /ready after .*: (http:\S+)/.exec(child.lines.join('\n'))?.[1];
  if (address === undefined) return Number.NaN;
  const answer = await fetch(`${address}/metrics`).catch(() => undefined);
  return Number(/^arterial_partitions_owned (\d+)/m.exec((await answer?.text()) ?? '')?.[1]);
}

async function timed(holds: () => Promise<boolean>): Promise<number | undefined> {
  const began = performance.now();
  while (!(await holds())) {
    if (performance.now() - began > ownedWithin * 1000) return undefined;
    await machineTimers.sleep(50);
  }
  return (performance.now() - began) / 1000;
}

function goalsOf(drains: readonly Drain[]): Goal[] {
  const sum = (value: (drain: Drain) => number): number =>
    drains.reduce((all, drain) => all + value(drain), 0);
  const most = (value: (drain: Drain) => number | undefined): number | undefined => {
    const all = drains.map(value);
    return all.includes(undefined) ? undefined : Math.max(...(all as number[]));
  };
  const seconds = { relation: '<=', unit: 's' } as const;
  return [
    {
      name: 'differentTables',
      measured: new Set(drains.map(({ digest }) => digest)).size - 1,
      relation: '=',
      bound: 0,
      unit: 'hashes',
    },
    {
      name: 'differingRows',
      measured: sum(({ differences }) => differences),
      relation: '=',
      bound: 0,
      unit: 'rows',
    },
    {
      name: 'ledgerDeficit',
      measured: sum(({ deficit }) => deficit),
      relation: '=',
      bound: 0,
      unit: 'records',
    },
    { name: 'rebalanceWhenOneJoins', measured: most(({ joined }) => joined), bound: 10, ...seconds },
    { name: 'rebalanceWhenOneLeaves', measured: most(({ left }) => left), bound: 10, ...seconds },
    { name: 'rebalanceWhenOneIsKilled', measured: most(({ killed }) => killed), bound: 15, ...seconds },
  ];
}

function tableOf(drains: readonly Drain[]): string {
  const lines = [
    [
      'processes',
      'records',
      'drained in',
      'records/s',
      'deficit',
      'differ',
      'joins',
      'leaves',
      'killed',
      'hash',
    ],
    ...drains.map((drain) => [
      String(drain.processes),
      String(drain.records),
      `${drain.seconds.toFixed(1)} s`,
      String(Math.round(drain.records / drain.seconds)),
      String(drain.deficit),
      String(drain.differences),
      ...[drain.joined, drain.left, drain.killed].map((time) =>
        time === undefined ? '-' : `${time.toFixed(1)} s`,
      ),
      drain.digest.slice(0, 12),
    ]),
  ];
  const widths = lines[0]!.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  return lines
    .map((line) =>
      line
        .map((text, i) => text.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function whole(text: string, name: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`--${name} ${text}; a number from 1 on would be right`);
  return value;
}

await main();
