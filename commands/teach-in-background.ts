import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Teaching } from '#domain/forecast/curriculum.ts';
import type { Pace } from '#domain/forecast/ground.ts';
import type { NetworkModel } from '#domain/forecast/network-model.ts';

/** What a process is to teach: rows of values, and when each was on the clock on the wall. */
export interface TeachOrder {
  readonly pace: Pace;
  readonly sensors: readonly string[];
  /** Milliseconds of each row, as if the clock on the wall were UTC. */
  readonly times: Float64Array;
  readonly values: Float32Array;
  readonly teaching: Omit<Teaching, 'told'>;
}

/** Teaches a network in a process of its own. Rejects when the process fails. */
export function teachInBackground(order: TeachOrder): Promise<NetworkModel> {
  return new Promise((taught, failed) => {
    const teacher = fork(fileURLToPath(new URL('./teacher.ts', import.meta.url)), {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    teacher.once('message', (model) => taught(model as NetworkModel));
    teacher.once('error', failed);
    teacher.once('exit', (code, signal) =>
      failed(new Error(`the process that teaches ended with ${code ?? signal}`)),
    );
    teacher.send(order);
  });
}
