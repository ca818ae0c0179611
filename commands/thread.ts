import { Worker } from 'node:worker_threads';

/** Begins a program in a thread of its own, which finds `order` in its data. */
export const beginThread = (program: URL, order: object): Worker =>
  new Worker(new URL('./begin-thread.mjs', import.meta.url), {
    workerData: { ...order, program: program.href },
    execArgv: [],
  });
