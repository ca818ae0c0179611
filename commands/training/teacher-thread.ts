/** A thread that teaches one model, its members side by side. */
import { parentPort, workerData } from 'node:worker_threads';
import { countedTick } from '#domain/forecast/city-ticks.ts';
import { materialOf, modelOf } from '#domain/forecast/curriculum.ts';
import { teachMembers } from './members.ts';
import type { TeachOrder } from './teach-in-background.ts';

const { pace, sensors, times, values, teaching } = workerData as TeachOrder;
const ticks = Array.from(times, (at, number) => countedTick(number, at, pace));
const history = { pace, sensors, ticks, values };
const material = materialOf(history, teaching);
const members = await teachMembers(material.lessons, { ...teaching, told: () => undefined });
parentPort!.postMessage(modelOf(history, material, teaching.name, members));
