/** Rows of the matrix in which processes of the program die, sleep, come and go. */
import { deserialize } from 'node:v8';
import pg from 'pg';
import { machineTimers } from '#runtime/timers.ts';
import type { Child } from './child.ts';
import { type City, threadsBy } from './city.ts';
import type { Expectation } from './oracle.ts';
import { type Context, differingRows, ledgerDeficit, type Outcome, type Row, recovery } from './rows.ts';

/** What every row asks once its faults are over: nothing is missing and nothing is different. */
export async function judged(
  city: City,
  measured: Outcome['measured'] = [],
  said: string = '',
  expectation: Expectation = city.fed.expectation,
): Promise<Outcome> {
  await city.settled();
  const { deficit, differences, first } = await city.judge(expectation);
  return {
    measured: [ledgerDeficit(deficit), differingRows(differences), ...measured],
    said: [said, ...first].filter(Boolean).join('\n'),
  };
}

/** Resolves when the city has been sent this share of its feed, by time. */
export async function sentShare(city: City, share: number): Promise<void> {
  const { startAt, endAt } = city.fed.feed;
  await city.watch.until(() => city.sentThrough >= startAt + share * (endAt - startAt));
}

/** Kills the process as soon as the database tells of the next commit, before the log and Redis can be told. */
async function killAtCommit(city: City, child: Child): Promise<void> {
  const client = new pg.Client({ connectionString: city.databaseUrl });
  await client.connect();
  try {
    await client.query(`CREATE OR REPLACE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN NOTIFY committed; RETURN NULL; END $$`);
    await client.query(`CREATE OR REPLACE TRIGGER tell AFTER UPDATE ON progress EXECUTE FUNCTION tell()`);
    const told = new Promise<void>((resolve) => {
      client.once('notification', () => {
        child.signal('SIGKILL');
        resolve();
      });
    });
    await client.query('LISTEN committed');
    await told;
    await child.kill9();
    await client.query('DROP TRIGGER tell ON progress');
  } finally {
    await client.end();
  }
}

/** Row 1: killed at any moment, and killed between COMMIT and what follows it. */
async function killProcess({ newCity, seed, random }: Context): Promise<Outcome> {
  const city = await newCity({ seed, minutes: 10 });
  let [child] = await city.startProcessors(1);
  const sending = city.send();
  const recoveries = [];
  for (const kill of [(alive: Child) => alive.kill9(), (alive: Child) => killAtCommit(city, alive)]) {
    await sentShare(city, recoveries.length === 0 ? 0.1 + 0.15 * random() : 0.6 + 0.2 * random());
    await kill(child as Child);
    const target = city.recoveryTarget();
    child = city.launch();
    recoveries.push(recovery('application', await city.recoveredAfter(child.beganAt, target)));
  }
  await sending;
  return judged(city, recoveries);
}

/** The group misses a process that is silent for 6 s; it must then be as quick as after a crash. */
const sessionSeconds = 6;
/** How long a process is frozen; the matrix says 60 s, which is no more to the group than this. */
const frozenSeconds = 15;

/** Row 11: a process sleeps until another has taken over, and then goes on as if nothing had been. */
async function freezeProcess({ newCity, seed, random, repetition }: Context): Promise<Outcome> {
  const city = await newCity({ seed, minutes: 20 });
  const [zombie] = (await city.startProcessors(1)) as [Child];
  const sending = city.send();
  await sentShare(city, 0.1 + 0.05 * random());
  const amid = repetition % 2 === 0;
  const frozenAt = amid ? await freezeAmidCommit(city, zombie) : performance.now();
  zombie.signal('SIGSTOP');
  const target = city.recoveryTarget();
  city.launch();
  const took = await city.recoveredAfter(frozenAt, target, frozenSeconds);
  await machineTimers.sleep(frozenAt + frozenSeconds * 1000 - performance.now());
  zombie.signal('SIGCONT');
  await sending;
  const refused = zombie.lines.filter((line) => line.includes('store.fenced')).length;
  const takeover = {
    ...recovery('application', took),
    name: 'takeoverFromFrozen',
    bound: sessionSeconds + recovery('application', 0).bound,
  };
  return judged(
    city,
    [takeover],
    `frozen ${amid ? 'amid a commit' : 'anywhere'}; ${refused} times refused aloud`,
  );
}

/** Stops the process while a transaction of its is open, with whatever that has locked; when. */
async function freezeAmidCommit(city: City, child: Child): Promise<number> {
  const client = new pg.Client({ connectionString: city.databaseUrl });
  await client.connect();
  try {
    await client.query(lingering(0.3));
    await client.query(`CREATE TRIGGER linger AFTER UPDATE ON progress FOR EACH ROW
      WHEN (NEW.processor = 'link-state') EXECUTE FUNCTION linger()`);
    for (const deadline = performance.now() + 10_000; ; await machineTimers.sleep(1)) {
      const { rowCount } = await client.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`,
      );
      if (rowCount) break;
      if (performance.now() > deadline) throw new Error('no commit was seen');
    }
    child.signal('SIGSTOP');
    const at = performance.now();
    // The trigger cannot be dropped while the transaction holds the table.
    await client.query(lingering(0));
    return at;
  } finally {
    await client.end();
  }
}

const lingering = (seconds: number): string =>
  `CREATE OR REPLACE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS
   $$ BEGIN PERFORM pg_sleep(${seconds}); RETURN NULL; END $$`;

/** Row 12: processes come and go while the city goes on. */
async function storm({ newCity, seed, random, stormSeconds }: Context): Promise<Outcome> {
  const city = await newCity({ seed, minutes: stormSeconds + 10 });
  let alive = await city.startProcessors(2);
  const stopping = new AbortController();
  const sending = city.send(city.records, { signal: stopping.signal });
  let changes = 0;
  let endedWithKill = false;
  for (const began = performance.now(); performance.now() - began < stormSeconds * 1000; changes++) {
    await machineTimers.sleep(2_000 + 3_000 * random());
    alive = alive.filter((child) => child.isRunning);
    const comes = alive.length < 3 || (alive.length < 4 && random() < 0.5);
    endedWithKill = !comes && random() < 0.5;
    if (comes) alive.push(city.launch());
    else
      alive.splice(Math.floor(random() * alive.length), 1)[0]!.signal(endedWithKill ? 'SIGKILL' : 'SIGTERM');
  }
  const [calmAt, target] = [performance.now(), city.recoveryTarget()];
  const took = recovery('application', await city.recoveredAfter(calmAt, target));
  // Whoever was killed last, and is not started again, is missed only when its session is over.
  const calm = endedWithKill
    ? { ...took, name: 'recoveryAfterLastKill', bound: sessionSeconds + took.bound }
    : { ...took, name: 'recoveryAfterStorm' };
  await sending;
  return judged(city, [calm], `${changes} processes came or went`);
}

/** Row 18: asked to end under load, a process ends in order, and the next one has nothing to go over again. */
async function terminate({ newCity, seed, random }: Context): Promise<Outcome> {
  const city = await newCity({ seed, settings: threadsBy(seed) });
  const [first] = (await city.startProcessors(1)) as [Child];
  const sending = city.send();
  await sentShare(city, 0.2 + 0.5 * random());
  const askedAt = performance.now();
  first.signal('SIGTERM');
  const ended = await first.outcome(30);
  const stopSeconds = ended?.code === 0 ? (performance.now() - askedAt) / 1000 : undefined;
  const replayed = await toReadAgain(city);
  await city.startProcessors(1);
  await sending;
  return judged(city, [
    { name: 'orderlyStop', value: stopSeconds, relation: '<=', bound: 10, unit: 's', together: 'most' },
    { name: 'replayedAfterStop', value: replayed, relation: '=', bound: 0, unit: 'records', together: 'sum' },
  ]);
}

/** Records that were judged, but which the memory that was saved last does not know of. */
async function toReadAgain(city: City): Promise<number> {
  let records = 0;
  for (const { processor, partition, stateVersion, topics } of await city.store.listProgress()) {
    const restored = await city.store.claim(processor, partition, stateVersion);
    const memory = restored?.kept.find(({ key }) => key === 'memory')?.value as Buffer | undefined;
    const saved = memory === undefined ? [] : deserialize(memory).lanes;
    topics.forEach(({ processedTo }, i) => {
      records += processedTo - ((saved as { processedTo: number }[])[i]?.processedTo ?? 0);
    });
  }
  return records;
}

export const processRows: readonly Row[] = [
  { row: 1, name: 'processors killed with SIGKILL', run: killProcess },
  { row: 11, name: `a process frozen for ${frozenSeconds} s`, run: freezeProcess },
  { row: 12, name: 'processes that come and go', run: storm },
  { row: 18, name: 'SIGTERM under load', run: terminate },
];
