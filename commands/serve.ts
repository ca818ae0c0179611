/** What every long-lived command does: hears signals, listens, says what it works on. */
import type { Network } from '#domain/network.ts';
import { ArterialError } from '#runtime/errors.ts';

/** Aborts at SIGINT or SIGTERM. */
export function untilSignal(): AbortController {
  const stopping = new AbortController();
  // `on`, not `once`: a signal to the whole group comes again from those who pass it on, and must not kill.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort());
  return stopping;
}

export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** Opens the port of a server; its address. */
export async function listen(
  app: { listen(options: { host: string; port: number }): Promise<string> },
  host: string,
  port: number,
): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' && code !== 'EACCES') throw error;
    throw new ArterialError(
      'api.port',
      `port ${port} on ${host} cannot be had (${code}); set ARTERIAL_PORT to another`,
      { cause: error },
    );
  }
}

export const sizeOf = (network: Network): string =>
  `${network.intersections.size} signals, ${network.links.size} links, ${network.detectors.size} detectors, ` +
  `${network.cameras.size} cameras, ${network.facilities.size} car parks, ${network.stations.size} stations`;
