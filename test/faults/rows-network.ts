/** Rows of the matrix in which the network between processors and servers is bad. */
import { seconds } from '#domain/time.ts';
import { machineTimers } from '#runtime/timers.ts';
import type { City } from './city.ts';
import { type BadNetwork, type Cut, type NetworkProxy, startProxy } from './proxy.ts';
import type { Rig, ServerName } from './rig.ts';
import { type Context, type Measured, type Outcome, type Row, recovery } from './rows.ts';
import { judged, sentShare } from './rows-process.ts';

interface Fault {
  readonly name: string;
  readonly network?: BadNetwork;
  readonly cut?: Cut;
  /** How long it lasts. Seconds. */
  readonly lasts: number;
}

const both = (toxics: NonNullable<BadNetwork['up']>): BadNetwork => ({ up: toxics, down: toxics });

const faults: readonly Fault[] = [
  { name: 'latency', network: both({ latencyMilliseconds: 30, jitterMilliseconds: 30 }), lasts: 4 },
  { name: 'bandwidth', network: both({ bytesPerSecond: 300_000 }), lasts: 4 },
  { name: 'one byte a packet', network: both({ sliceBytes: 1 }), lasts: 4 },
  { name: 'limit of data', network: both({ limitBytes: 50_000 }), lasts: 4 },
  { name: 'reset', cut: 'rst', lasts: 3 },
  { name: 'black hole', cut: 'blackhole', lasts: 7 },
  { name: 'half open', cut: 'halfOpen', lasts: 0 },
  { name: 'no answers', network: { down: { isSilent: true } }, lasts: 7 },
  { name: 'no questions', network: { up: { isSilent: true } }, lasts: 7 },
];

const servers: readonly ServerName[] = ['kafka', 'postgres', 'redis'];

const feedMinutes = 12;
/**
 * Slow enough for all faults to come while records do. Seconds of the city in a second. What is measured as recovery
 * has the wait for the next minute of the city in it: two seconds at most, or six.
 */
const rateFor = (chosen: readonly Fault[]): number =>
  chosen.some(({ cut }) => cut === 'halfOpen') ? 10 : 30;

/** Longer than a statement may take, after which a silent connection to the database is given up. Seconds. */
const halfOpenMost = 45;

/**
 * Row 9: in each repetition every server has a fault of its own, one after the other; in so many repetitions as there
 * are faults each server has each of them.
 */
async function badNetwork({ newCity, rig, seed, repetition }: Context): Promise<Outcome> {
  const proxies = await proxiesOf(rig, seed);
  try {
    const city = await newCity({ seed, minutes: feedMinutes, through: servers });
    await city.startProcessors(1);
    const chosen = servers.map((_, turn) => faults[(repetition + 3 * turn) % faults.length] as Fault);
    const sending = city.send(city.records, { rate: rateFor(chosen) });
    const measured: Measured[] = [];
    const said: string[] = [];
    for (const [turn, server] of servers.entries()) {
      const fault = chosen[turn] as Fault;
      await sentShare(city, 0.1 + 0.3 * turn);
      const { seconds: took, gaveUp } = await suffer(city, proxies[server], fault);
      measured.push(fault.cut === 'halfOpen' ? halfOpenRecovery(took) : recovery('network', took));
      said.push(`${server}: ${fault.name}, back after ${took?.toFixed(1)} s${gaveUp ? ', said so' : ''}`);
    }
    await sending;
    return await judged(city, measured, said.join('; '));
  } finally {
    await Promise.all(servers.map((server) => proxies[server].stop()));
  }
}

/** Lets a fault happen; how long the city took to recover from its end, and whether the process spoke of it. */
async function suffer(
  city: City,
  proxy: NetworkProxy,
  fault: Fault,
): Promise<{ readonly seconds: number | undefined; readonly gaveUp: boolean }> {
  const [child] = city.children;
  const before = child!.lines.length;
  if (fault.network) proxy.set(fault.network);
  if (fault.cut) proxy.cut(fault.cut);
  await machineTimers.sleep(seconds(fault.lasts));
  proxy.restore();
  const took = await city.recoveredAfter(performance.now(), city.recoveryTarget(), halfOpenMost + 15);
  if (!child!.isRunning) throw new Error(`the process ended: ${city.lastSaid()}`);
  const gaveUp = child!.lines.slice(before).some((line) => line.includes('unavailable'));
  return { seconds: took, gaveUp };
}

const halfOpenRecovery = (value: number | undefined): Measured => ({
  ...recovery('network', value),
  name: 'recoveryOfHalfOpen',
  bound: halfOpenMost,
});

async function proxiesOf(rig: Rig, seed: number): Promise<Readonly<Record<ServerName, NetworkProxy>>> {
  const proxyOf = (server: ServerName): Promise<NetworkProxy> => {
    const { proxyPort, serverPort } = rig.routes[server];
    return startProxy({ host: '127.0.0.1', port: serverPort, listenPort: proxyPort, seed });
  };
  const [kafka, postgres, redis] = await Promise.all([
    proxyOf('kafka'),
    proxyOf('postgres'),
    proxyOf('redis'),
  ]);
  return { kafka, postgres, redis };
}

export const networkRows: readonly Row[] = [{ row: 9, name: 'bad network', run: badNetwork }];
