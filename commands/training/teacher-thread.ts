/** A thread that teaches one network. */
import { parentPort, workerData } from 'node:worker_threads';
import { countedTick } from '#domain/forecast/city-ticks.ts';
import { teach } from '#domain/forecast/curriculum.ts';
import type { TeachOrder } from './teach-in-background.ts';

const { pace, sensors, times, values, teaching } = workerData as TeachOrder;
const ticks = Array.from(times, (at, number) => countedTick(number, at, pace));
parentPort!.postMessage(teach({ pace, sensors, ticks, values }, teaching));
