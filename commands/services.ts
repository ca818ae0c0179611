/** `arterial services`: Kafka, PostgreSQL, Redis and a schema registry on this machine, without Docker. */
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ArterialError } from '#runtime/errors.ts';
import { lockFolder } from '#runtime/folder-lock.ts';
import { catalogue } from './services/catalogue.ts';
import { findFreePorts, requireFree } from './services/ports.ts';
import { type Ask, adviceOn, findMissing, type ProgramName } from './services/programs.ts';
import { isAlive } from './services/server-process.ts';
import { readState, remember, type ServiceName, type ServiceState, serviceNames } from './services/state.ts';

export interface ServicesOptions {
  /** Has a folder for each service, and `state.json`. */
  readonly folder: string;
  readonly names: readonly ServiceName[];
  readonly note: (line: string) => void;
}

export interface UpOptions extends ServicesOptions {
  /** Fixed ports are those of the catalogue; a service that was up before keeps those that it had. */
  readonly ports: 'fixed' | 'free';
  /** Runs the programs that say their version. */
  readonly askProgram?: Ask;
}

/** Where each service is, under the name of the setting for it. */
export type Addresses = Readonly<Record<string, string>>;

/** Starts what does not run, and returns the addresses of all that were asked for. */
export async function servicesUp(options: UpOptions): Promise<Addresses> {
  const folder = resolve(options.folder);
  await mkdir(folder, { recursive: true });
  await requireAll(options);
  const unlock = await lockFolder(folder, 'services.start');
  try {
    const results = await Promise.allSettled(options.names.map((name) => up(name, { ...options, folder })));
    const failure = results.find((result) => result.status === 'rejected');
    if (failure) throw failure.reason;
  } finally {
    await unlock();
  }
  const state = readState(folder);
  return Object.fromEntries(options.names.map((name) => [catalogue[name].setting, state[name]?.url ?? '']));
}

/** Throws all that is missing for all of them at once. */
async function requireAll({ names, askProgram }: UpOptions): Promise<void> {
  const needs = new Map<ServiceName, readonly ProgramName[]>();
  for (const name of names) needs.set(name, await catalogue[name].programs());
  const missing = findMissing([...new Set([...needs.values()].flat())], askProgram);
  if (missing.length === 0) return;
  const whoNeeds = (program: ProgramName): ServiceName[] =>
    names.filter((name) => needs.get(name)?.includes(program));
  const lacking = new Set(missing.flatMap(({ program }) => whoNeeds(program)));
  const rest = names.filter((name) => !lacking.has(name)).join(' ');
  const advice = adviceOn(missing, (program) =>
    whoNeeds(program)
      .map((name) => catalogue[name].title)
      .join(' and '),
  );
  const way = rest && `\nWhat needs none of it: npm run services -- up ${rest}`;
  throw new ArterialError('services.missing', advice + way);
}

async function up(name: ServiceName, { folder, ports, note }: UpOptions): Promise<void> {
  const service = catalogue[name];
  const known = readState(folder)[name];
  const condition = await conditionOf(name, known);
  if (condition === 'up') return note(`${name}: is up already, ${whereIs(known!)}`);
  if (condition === 'gone') note(`${name}: process ${known!.process.pid} is gone; starting it again`);
  if (condition === 'silent') {
    note(`${name}: process ${known!.process.pid} does not answer; ending it and starting it again`);
    await service.end(known!.process);
  }
  const began = performance.now();
  const count = service.defaultPorts.length;
  const chosen = known?.ports ?? (ports === 'free' ? await findFreePorts(count) : service.defaultPorts);
  // The last thread of a process that was killed may have its ports for a moment after the process is gone.
  const patience = known ? 3_000 : 0;
  for (const port of chosen) await requireFree(service.title, port, patience);
  note(`${name}: starting`);
  const started = await service.start({
    folder,
    ports: chosen,
    notice: (line) => note(`${name}: ${line}`),
    onSpawn: (process) => remember(folder, name, { process, ports: chosen }),
  });
  const { process, url, version } = started;
  const state = { process, ports: chosen, url, version };
  remember(folder, name, state);
  note(`${name}: up after ${((performance.now() - began) / 1000).toFixed(1)} s, ${whereIs(state)}`);
}

const whereIs = ({ ports, process, version }: ServiceState): string =>
  `version ${version} on 127.0.0.1:${ports[0]}, process ${process.pid}`;

/** `gone` when its process has ended, `silent` when that runs and does not answer, `down` when nobody started it. */
export type Condition = 'up' | 'gone' | 'silent' | 'down';

async function conditionOf(name: ServiceName, state: ServiceState | undefined): Promise<Condition> {
  if (!state) return 'down';
  if (!isAlive(state.process)) return 'gone';
  return state.url !== undefined && (await catalogue[name].answers(state.url)) ? 'up' : 'silent';
}

export interface ServiceStatus {
  readonly name: ServiceName;
  readonly condition: Condition;
  readonly says: string;
}

/** Asks each service for real. */
export async function servicesStatus({ folder, names }: ServicesOptions): Promise<ServiceStatus[]> {
  const known = readState(resolve(folder));
  return Promise.all(
    names.map(async (name) => {
      const state = known[name];
      const condition = await conditionOf(name, state);
      const pid = state?.process.pid;
      const says = {
        up: () => `up, ${whereIs(state!)}`,
        gone: () => `process ${pid} is gone; npm run services -- up starts it again`,
        silent: () => `process ${pid} does not answer; npm run services -- up ends it and starts it again`,
        down: () => 'down',
      }[condition]();
      return { name, condition, says };
    }),
  );
}

/** Ends what was started, and nothing else. */
export async function servicesDown({ folder: given, names, note }: ServicesOptions): Promise<void> {
  const folder = resolve(given);
  await mkdir(folder, { recursive: true });
  const unlock = await lockFolder(folder, 'services.start');
  try {
    await Promise.all(
      names.map(async (name) => {
        const state = readState(folder)[name];
        if (!state) return note(`${name}: was not up`);
        const wasAlive = isAlive(state.process);
        await catalogue[name].end(state.process);
        remember(folder, name, undefined);
        note(`${name}: ${wasAlive ? 'ended' : 'was gone already'}, process ${state.process.pid}`);
      }),
    );
  } finally {
    await unlock();
  }
}

/** The services of these names; all of them when there are none. */
export function namedServices(names: readonly string[]): readonly ServiceName[] {
  for (const name of names)
    if (!(serviceNames as readonly string[]).includes(name))
      throw new ArterialError(
        'config.invalid',
        `there is no service ${name}; ${serviceNames.join(', ')} would be right`,
      );
  return names.length > 0 ? (names as readonly ServiceName[]) : serviceNames;
}

/** The lines for a shell. */
export const formatAddresses = (addresses: Addresses, asJson: boolean): string =>
  asJson
    ? JSON.stringify(addresses)
    : Object.entries(addresses)
        .map(([name, value]) => `${name}=${value}`)
        .join('\n');
