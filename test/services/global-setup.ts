/** Opens the desk before the tests that may start processes, and ends afterwards what it has started. */
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { catalogue } from '#commands/services/catalogue.ts';
import { findMissing, shortOf } from '#commands/services/programs.ts';
import { type ServiceName, serviceNames } from '#commands/services/state.ts';
import { servicesDown, servicesUp } from '#commands/services.ts';
import { isRunning } from '#runtime/folder-lock.ts';
import { choose, type Source } from './choice.ts';
import { type Contained, containers, hasEngine } from './containers.ts';
import { openDesk } from './desk.ts';
import './shared.ts';

const prefix = 'arterial-test-services-';
const silent = (): void => {};

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await endLeftovers();
  const sources = await findSources();
  const folder = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
  // PostgreSQL may be another user than we are.
  chmodSync(folder, 0o755);
  const running: Contained[] = [];
  let queue: Promise<unknown> = Promise.resolve();
  const desk = await openDesk(async (name) => {
    const source = sources[name];
    if (source.from === 'outside') return source.address;
    if (source.from === 'nowhere') throw new Error(source.because);
    if (source.from === 'container') {
      const started = await containers[name]();
      running.push(started);
      return started.address;
    }
    // The folder of the services has a lock: one after the other.
    const up = queue.then(() => servicesUp({ folder, names: [name], ports: 'free', note: silent }));
    queue = up.catch(silent);
    return (await up)[catalogue[name].setting]!;
  });
  const missing = mapServices((name) => {
    const source = sources[name];
    return source.from === 'nowhere' ? source.because : '';
  });
  project.provide('services', { deskUrl: desk.url, missing });
  return async () => {
    await desk.close();
    await Promise.all(running.map((container) => container.stop()));
    await servicesDown({ folder, names: serviceNames, note: silent });
    rmSync(folder, { recursive: true, force: true });
  };
}

async function findSources(): Promise<Record<ServiceName, Source>> {
  const engine = await hasEngine();
  const missing = {} as Record<ServiceName, string>;
  for (const name of serviceNames)
    missing[name] = engine ? '' : shortOf(findMissing(await catalogue[name].programs()));
  return mapServices((name) =>
    choose(name, { environment: process.env, hasEngine: engine, missing: missing[name] }),
  );
}

const mapServices = <Value>(value: (name: ServiceName) => Value): Record<ServiceName, Value> =>
  Object.fromEntries(serviceNames.map((name) => [name, value(name)])) as Record<ServiceName, Value>;

/** Ends what runs of tests have left behind that were killed. */
async function endLeftovers(): Promise<void> {
  for (const entry of readdirSync(tmpdir())) {
    const [, pid] = new RegExp(`^${prefix}(\\d+)-`).exec(entry) ?? [];
    if (pid === undefined || isRunning(Number(pid))) continue;
    const folder = join(tmpdir(), entry);
    await servicesDown({ folder, names: serviceNames, note: silent });
    rmSync(folder, { recursive: true, force: true });
  }
}
