// A thread does not inherit how TypeScript is loaded, so it begins here, in plain JavaScript.
import { workerData } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
await import(workerData.program);
