/** Gives out the address of a service to whoever asks, and starts the service when the first one asks. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ServiceName, serviceNames } from '#commands/services/state.ts';

export interface Desk {
  /** `GET <url>/<name>` answers with the address, or with status 500 and why there is none. */
  readonly url: string;
  close(): Promise<void>;
}

export async function openDesk(start: (name: ServiceName) => Promise<string>): Promise<Desk> {
  const started = new Map<ServiceName, Promise<string>>();
  const addressOf = (name: ServiceName): Promise<string> => {
    const known = started.get(name) ?? start(name);
    started.set(name, known);
    return known;
  };
  const server = createServer((request, response) => {
    const name = serviceNames.find((each) => request.url === `/${each}`);
    if (name === undefined) {
      response.writeHead(404).end(`there is no service at ${request.url}`);
      return;
    }
    addressOf(name).then(
      (address) => response.end(address),
      (failure: Error) => response.writeHead(500).end(`${name}: ${failure.message}`),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      // What is starting now would be left behind.
      await Promise.allSettled(started.values());
    },
  };
}
