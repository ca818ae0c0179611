/** Rows of the matrix in which processes of the program die, sleep, come and go. */
import pg from 'pg';
import type { Child } from './child.ts';
import type { City } from './city.ts';
import { type Context, differingRows, ledgerDeficit, type Outcome, type Row, recovery } from './rows.ts';

/** What every row asks once its faults are over: nothing is missing and nothing is different. */
export async function judged(
  city: City,
  measured: Outcome['measured'] = [],
  said: string = '',
): Promise<Outcome> {
  await city.settled();
  const { deficit, differences, first } = await city.judge();
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
    const sent = city.sentThrough;
    child = city.launch();
    recoveries.push(recovery('application', await city.recoveredAfter(child.beganAt, sent)));
  }
  await sending;
  return judged(city, recoveries);
}

export const processRows: readonly Row[] = [
  { row: 1, name: 'processors killed with SIGKILL', run: killProcess },
];
