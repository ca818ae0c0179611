/** The reference client of a signal controller, before a cabinet that prints what it would do. */

import type { Config } from '#runtime/config.ts';
import { type ClientOptions, referenceController } from '#simulators/reference-controller.ts';

/** Runs until SIGINT or SIGTERM. */
export async function controller(
  options: Pick<ClientOptions, 'intersection' | 'url' | 'accepts' | 'stages'>,
  { signingKey }: Config,
  say: (line: string) => void,
): Promise<void> {
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
  const cabinet = {
    async run(plan: object): Promise<void> {
      say(`plan ${JSON.stringify(plan)}`);
    },
    async call(phases: readonly number[]): Promise<void> {
      say(`phases ${phases.join(' and ')}`);
    },
  };
  const key = signingKey?.reveal();
  say(`${options.intersection} waits for advice from ${options.url}`);
  try {
    await referenceController({ ...options, cabinet, key, signal: stop.signal, note: say });
  } finally {
    stop.abort();
  }
}
