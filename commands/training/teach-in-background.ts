import type { Teaching } from '#domain/forecast/curriculum.ts';
import type { NetworkModel } from '#domain/forecast/network-model.ts';
import type { Pace } from '#domain/forecast/pace.ts';
import { beginThread } from '../thread.ts';

/** What a thread is to teach: rows of values, and when each was on the clock on the wall. */
export interface TeachOrder {
  readonly pace: Pace;
  readonly sensors: readonly string[];
  /** Milliseconds of each row, as if the clock on the wall were UTC. */
  readonly times: Float64Array;
  readonly values: Float32Array;
  readonly teaching: Omit<Teaching, 'told'>;
}

/** Teaches a network in a thread of its own, so that others go on meanwhile. Rejects when it fails or is ended. */
export function teachInBackground(order: TeachOrder, signal?: AbortSignal): Promise<NetworkModel> {
  return new Promise((taught, failed) => {
    const worker = beginThread(new URL('./teacher-thread.ts', import.meta.url), order);
    signal?.addEventListener('abort', () => void worker.terminate(), { once: true });
    worker.once('message', (model: NetworkModel) => taught(model));
    worker.once('error', failed);
    worker.once('exit', (code) => failed(new Error(`the thread that teaches ended with ${code}`)));
  });
}
