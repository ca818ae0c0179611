import { createRequire } from 'node:module';
import { describe, expect, it, vi } from 'vitest';
import './kafkajs-cluster.ts';

/** What kafkajs keeps of the requests of a connection. */
interface RequestQueue {
  pending: object[];
  throttleCheckTimeoutId: unknown;
  maybeThrottle(milliseconds: number): void;
  checkPendingRequests(): void;
  push(request: object): void;
}

const Queue = createRequire(import.meta.url)('kafkajs/src/network/requestQueue') as new (
  options: object,
) => RequestQueue;

const open = () => {
  const logger = { debug() {}, warn() {} };
  return new Queue({
    maxInFlightRequests: null,
    requestTimeout: 1_000,
    broker: 'b',
    logger,
    isConnected: () => true,
  });
};

describe('a connection', () => {
  it('sets no timer while no request waits', () => {
    const queue = open();
    queue.checkPendingRequests();
    expect(queue.throttleCheckTimeoutId).toBeNull();
  });

  it('sends what waits because a broker asked for patience, once that is over', () => {
    vi.useFakeTimers();
    const queue = open();
    queue.maybeThrottle(50);
    let sent = 0;
    const sendRequest = (): void => void sent++;
    queue.push({ entry: { correlationId: 1 }, expectResponse: true, sendRequest });
    vi.advanceTimersByTime(40);
    expect(sent).toBe(0);
    vi.advanceTimersByTime(40);
    expect(sent).toBe(1);
    expect(queue.throttleCheckTimeoutId).toBeNull();
    vi.useRealTimers();
  });
});
