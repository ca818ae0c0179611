/** Rows of the matrix in which a server dies, loses what it held, or has no room left. */
import { connect } from 'node:net';
import { machineTimers } from '#runtime/timers.ts';
import type { Rig } from './rig.ts';
import { type Context, type Outcome, type Row, recovery } from './rows.ts';
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

export const serverRows: readonly Row[] = [
  { row: 2, name: 'broker killed with SIGKILL', run: killBroker },
  { row: 5, name: 'database killed amid transactions', run: killDatabase },
];
