/** Puts an API under the load of many clients (`autocannon`). */
import { createRequire } from 'node:module';
import { createRandom } from '#simulators/random.ts';
import { answerWith } from './programs.ts';
import { type Asked, mixed } from './requests.ts';

export interface HttpLoad {
  readonly url: string;
  readonly clients: number;
  readonly seconds: number;
  readonly seed: number;
  readonly asked: readonly Asked[];
  /**
   * Requests a second of all clients together, however late answers come: what then waits for its turn counts as late.
   * Without it each client asks again when it was answered.
   */
  readonly rate?: number;
}

export interface HttpAnswers {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
  readonly answers: number;
  /** Answers with another status than 200, connections that broke and answers that did not come. */
  readonly failures: number;
  readonly bytesPerSecond: number;
}

interface Outcome {
  readonly requests: { readonly average: number; readonly total: number };
  readonly throughput: { readonly average: number };
  readonly latency: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly errors: number;
  readonly timeouts: number;
  readonly non2xx: number;
}

interface LoadClient {
  setRequests(requests: readonly { readonly path: string }[]): void;
}

const autocannon = createRequire(import.meta.url)('autocannon') as (options: object) => Promise<Outcome>;

/** Requests that a client makes before it begins again: they are made ready while answers are already waited for. */
const requestsOfClient = 40;

answerWith<HttpLoad>(async ({ url, clients, seconds, seed, asked, rate }) => {
  let count = 0;
  const { requests, throughput, latency, errors, timeouts, non2xx } = await autocannon({
    url,
    connections: clients,
    duration: seconds,
    ...(rate === undefined ? {} : { overallRate: rate }),
    // Each client in an order of its own, or all of them would ask for the same at once.
    setupClient: (client: LoadClient) => {
      const random = createRandom(seed, `client ${count++}`);
      client.setRequests(mixed(asked, requestsOfClient, random).map((path) => ({ path })));
    },
  });
  const answers: HttpAnswers = {
    perSecond: requests.average,
    p50: latency.p50,
    p99: latency.p99,
    longest: latency.max,
    answers: requests.total,
    failures: errors + timeouts + non2xx,
    bytesPerSecond: throughput.average,
  };
  return answers;
});
