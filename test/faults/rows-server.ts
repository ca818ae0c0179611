/** Rows of the matrix in which a server dies, loses what it held, or has no room left. */
import { execFileSync } from 'node:child_process';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startRedis } from '#commands/services/redis.ts';
import { giveFolder, runAs } from '#runtime/postgres-binaries.ts';
import { machineTimers } from '#runtime/timers.ts';
import { type City, statement } from './city.ts';
import { type Rig, redisServer } from './rig.ts';
import { type Context, type Measured, type Outcome, type Row, recovery } from './rows.ts';
import { judged, sentShare } from './rows-process.ts';

/** Restarts a server; when its port was open again, by `performance.now`. */
async function restarted(server: { restart(): Promise<void> }, port: number): Promise<number> {
  const restarting = server.restart();
  let at: number | undefined;
  const looking = (async () => {
    while (at === undefined && !(await isOpen(port))) await machineTimers.sleep(20);
    at ??= performance.now();
  })();
  await restarting.finally(() => {
    at ??= performance.now();
  });
  await looking;
  return at as unknown as number;
}

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const end = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });

const brokerPort = ({ kafka }: Rig): number => Number(kafka.brokers[0]!.split(':')[1]);

/** Row 2: the broker dies without warning and comes back. */
async function killBroker({ rig, newCity, seed, random }: Context): Promise<Outcome> {
  const city = await newCity({ seed });
  await city.startProcessors(1);
  const sending = city.send();
  await sentShare(city, 0.2 + 0.5 * random());
  await rig.kafka.kill9();
  // What was fetched before is still processed.
  await machineTimers.sleep(500 + 500 * random());
  const target = city.recoveryTarget();
  const openAt = await restarted(rig.kafka, brokerPort(rig));
  const recovered = recovery('broker', await city.recoveredAfter(openAt, target));
  await sending;
  return judged(city, [recovered]);
}

/** Row 5: the database dies amid transactions: killed, or ended at once by its own signal. */
async function killDatabase({ rig, newCity, seed, random, repetition }: Context): Promise<Outcome> {
  const city = await newCity({ seed });
  const [child] = await city.startProcessors(1);
  const sending = city.send();
  await sentShare(city, 0.2 + 0.5 * random());
  const target = city.recoveryTarget();
  if (repetition % 2 === 1) rig.postgres.signal('SIGQUIT');
  await rig.postgres.kill9();
  await machineTimers.sleep(1_000 * random());
  const openAt = await restarted(rig.postgres, rig.routes.postgres.serverPort);
  const recovered = recovery('database', await city.recoveredAfter(openAt, target));
  await sending;
  return judged(city, [recovered], child!.isRunning ? '' : `the process has ended: ${child!.end()}`);
}

/** Bytes of the file system that the database of row 6 has, and how many of them are left when the city begins. */
const roomBytes = 64 << 20;
const leftBytes = 256 << 10;

/** Row 6: the database has no room for a row more, until somebody makes room. */
async function fillDisk({ rig, newCity, seed }: Context): Promise<Outcome> {
  const folder = join(rig.folder, `small-${seed}`);
  await mkdir(folder);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${roomBytes}`, 'arterial-faults', folder], {
      stdio: 'pipe',
    });
  } catch (failure) {
    return {
      measured: [],
      skipped: `skipped: a small file system needs root (${(failure as Error).message.trim()})`,
    };
  }
  const tablespace = `small_${seed}`;
  const place = join(folder, 'tablespace');
  try {
    await mkdir(place);
    giveFolder(place, await runAs([place]));
    await statement(rig.postgres.url, `CREATE TABLESPACE ${tablespace} LOCATION '${place}'`);
    const city = await newCity({ seed, tablespace });
    const outcome = await runOutOfRoom(city, folder);
    await city.close();
    await statement(rig.postgres.url, `DROP TABLESPACE ${tablespace}`);
    return outcome;
  } finally {
    execFileSync('umount', ['-l', folder]);
  }
}

async function runOutOfRoom(city: City, folder: string): Promise<Outcome> {
  const filler = join(folder, 'filler');
  const { bavail, bsize } = await statfs(folder);
  await writeFile(filler, Buffer.alloc(bavail * bsize - leftBytes));
  const [child] = await city.startProcessors(1);
  const sending = city.send();
  await city.watch.until(() => child!.says('store.unavailable'));
  await machineTimers.sleep(3_000);
  const isAlive = child!.isRunning;
  const target = city.recoveryTarget();
  await rm(filler);
  const recovered = await city.recoveredAfter(performance.now(), target);
  await sending;
  const said = child!.lines.find((line) => line.includes('store.unavailable')) ?? '';
  return judged(city, [recovery('database', isAlive ? recovered : undefined)], said);
}

/** So much of the feed, the same each time, is processed in one go that a tenth of its time can be told. */
const drainedMinutes = 300;

/** Row 8: one city has a Redis that dies, sleeps and forgets; another one beside it has a good one. */
async function troubleRedis({ rig, newCity, seed, random, repetition }: Context): Promise<Outcome> {
  const folder = join(rig.folder, `redis-${seed}`);
  const bad = redisServer(await startRedis({ folder: join(folder, 'redis') }), folder);
  try {
    const options = { minutes: drainedMinutes };
    const good = await newCity(options);
    const troubled = await newCity({ ...options, redisUrl: bad.url });
    await Promise.all(
      [good, troubled].map((city) => city.send(city.records, { rate: Number.POSITIVE_INFINITY })),
    );
    const stopping = new AbortController();
    const inOrder = repetition % 2 === 0 ? [good, troubled] : [troubled, good];
    await Promise.all(inOrder.map((city) => city.startProcessors(1)));
    const trouble = bother(bad, random, stopping.signal);
    const [goodSeconds, troubledSeconds] = (await Promise.all([good, troubled].map(drained))) as [
      number,
      number,
    ];
    stopping.abort();
    const times = await trouble;
    const drop: Measured = {
      name: 'rateDropWithoutRedis',
      value: 100 * (1 - goodSeconds / troubledSeconds),
      relation: '<=',
      bound: 10,
      unit: '%',
      together: 'middle',
    };
    const said = `${goodSeconds.toFixed(1)} s with Redis, ${troubledSeconds.toFixed(1)} s with ${times} troubles`;
    return await judged(troubled, [drop], said);
  } finally {
    await bad.stop();
  }
}

/** Stops, empties and kills a Redis in turn; how often. It is well at the end. */
async function bother(redis: Rig['redis'], random: () => number, signal: AbortSignal): Promise<number> {
  for (let times = 0; ; times++) {
    if (signal.aborted) {
      await redis.heal();
      return times;
    }
    if (times % 3 === 0) {
      redis.signal('SIGSTOP');
      await machineTimers.sleep(1_000);
      redis.signal('SIGCONT');
    } else if (times % 3 === 1) await flush(redis.url);
    else {
      await redis.kill9();
      await machineTimers.sleep(500 * random());
      await redis.restart();
    }
    await machineTimers.sleep(1_000 + 1_000 * random(), signal);
  }
}

async function flush(url: string): Promise<void> {
  const client = new Redis(url, { maxRetriesPerRequest: 1 });
  client.on('error', () => {});
  try {
    await client.flushall();
  } finally {
    client.disconnect();
  }
}

/** Seconds from the first commit of link-state to its last. */
async function drained(city: City): Promise<number> {
  const released = (through: number): number | undefined =>
    city.watch.releasedAt('link-state', city.partitions, through);
  const { startAt, endAt } = city.fed.feed;
  await city.watch.until(() => released(endAt) !== undefined, 120);
  return (released(endAt)! - released(startAt)!) / 1000;
}

export const serverRows: readonly Row[] = [
  { row: 2, name: 'broker killed with SIGKILL', run: killBroker },
  { row: 5, name: 'database killed amid transactions', run: killDatabase },
  { row: 6, name: 'no room for the database', run: fillDisk },
  { row: 8, name: 'Redis killed, emptied and stopped', run: troubleRedis },
];
