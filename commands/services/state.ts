/** What is remembered of the services that were started: in `state.json` of their folder. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessMark } from './server-process.ts';

export const serviceNames = ['kafka', 'postgres', 'redis', 'registry'] as const;
export type ServiceName = (typeof serviceNames)[number];

/** A service that was started and not yet taken down. */
export interface ServiceState {
  readonly process: ProcessMark;
  readonly ports: readonly number[];
  /** Undefined until it has answered once. */
  readonly url?: string;
  readonly version?: string;
}

export type State = Partial<Record<ServiceName, ServiceState>>;

/** Reads what is remembered; of a file that is not as it was written, nothing. */
export function readState(folder: string): State {
  try {
    const { services } = JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8')) as { services: State };
    return services ?? {};
  } catch {
    return {};
  }
}

/** Changes what is remembered of one service, at once, so that a crash just afterwards finds it. */
export function remember(folder: string, name: ServiceName, state: ServiceState | undefined): void {
  const { [name]: _, ...others } = readState(folder);
  const services: State = state ? { ...others, [name]: state } : others;
  mkdirSync(folder, { recursive: true });
  const draft = join(folder, 'state.json.new');
  // It has a password.
  writeFileSync(draft, `${JSON.stringify({ services }, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(draft, join(folder, 'state.json'));
}
