/** What an operator watches, for Prometheus. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { CityClock } from '#runtime/clock.ts';
import { deficitOf } from '#runtime/deficit.ts';
import type { MeasureStore } from '#runtime/measures.ts';

export interface Metrics {
  readonly contentType: string;
  /** Everything as it is now, in the text format of Prometheus. */
  scrape(): Promise<string>;
  observeRequest(method: string, route: string, status: number, seconds: number): void;
}

/** Metrics of their own registry; those of the processors are read from the store at each scrape. */
export function createMetrics(store: MeasureStore, clock: CityClock, clients: () => number): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });

  const deficit = new Gauge({
    name: 'arterial_ledger_deficit',
    help: 'Records read that ended nowhere, or that the log has lost; anything but 0 is an alarm.',
    labelNames: ['processor', 'partition'],
    registers: [registry],
  });
  const records = new Counter({
    name: 'arterial_records_total',
    help: 'How the records that were read ended.',
    labelNames: ['processor', 'outcome'],
    registers: [registry],
  });
  const lag = new Gauge({
    name: 'arterial_watermark_lag_seconds',
    help: 'City time less the time up to which a partition has been processed, seconds.',
    labelNames: ['processor', 'partition'],
    registers: [registry],
  });
  new Gauge({
    name: 'arterial_stream_clients',
    help: 'Clients that follow the stream now.',
    registers: [registry],
    collect() {
      this.set(clients());
    },
  });
  const requests = new Histogram({
    name: 'arterial_http_request_duration_seconds',
    help: 'Time from a request to the end of its answer, seconds.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  });
  return {
    contentType: registry.contentType,
    async scrape() {
      // Read first: each look at the store serves all three.
      const progress = await store.listProgress();
      deficit.reset();
      records.reset();
      lag.reset();
      for (const { processor, partition, ledger, topics, releasedThrough } of progress) {
        deficit.set({ processor, partition }, deficitOf({ ledger, topics }));
        for (const outcome of ['folded', 'late', 'rejected', 'duplicate'] as const)
          records.inc({ processor, outcome }, ledger[outcome]);
        if (releasedThrough !== null)
          lag.set({ processor, partition }, Math.max(0, (clock.now() - releasedThrough) / 1000));
      }
      return registry.metrics();
    },
    observeRequest: (method, route, status, seconds) =>
      requests.observe({ method, route, status: String(status) }, seconds),
  };
}
