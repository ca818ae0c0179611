/** `arterial train`: a model of its own for a city, from what was measured there. */
import { writeFile } from 'node:fs/promises';
import { lessonsOfCarParks, materialOf, modelOf, roundsAMember } from '#domain/forecast/curriculum.ts';
import { type ModelFile, readModelFile, writeModelFile } from '#domain/forecast/model-file.ts';
import type { NetworkModel } from '#domain/forecast/network-model.ts';
import { createProgress, type ProgressStream } from '#ingest/replay/progress.ts';
import { ArterialError } from '#runtime/errors.ts';
import { cardOf } from './training/card.ts';
import { type Score, tryOut } from './training/held-out.ts';
import { teachMembers } from './training/members.ts';
import type { Source } from './training/source.ts';

export interface TrainOptions {
  readonly source: Source;
  /** What the card says of where the data are from. */
  readonly from: string;
  /** File to be written; the card goes beside it. */
  readonly out: string;
  readonly members: number;
  readonly seed: number;
  /** As many threads as there are cores, unless this is less. */
  readonly threads?: number;
  readonly progress: ProgressStream;
}

export interface Trained {
  readonly name: string;
  readonly card: string;
  readonly scores: readonly Score[];
}

/** Lessons that are kept of a history of roads; each is gone through a few times. */
const lessonsOfRoads = 600_000;
const trainedShare = 0.8;

/** Teaches on the first four fifths, measures on the last, then teaches on all, and writes that model and its card. */
export async function train(options: TrainOptions): Promise<Trained> {
  const { source, out, members, seed, progress } = options;
  const began = performance.now();
  const cpuBefore = process.cpuUsage();
  const { history } = source;
  const split = Math.floor(trainedShare * history.ticks.length);
  const bar = createProgress(progress, 'rounds', 2 * members * roundsAMember);
  const teach = async (ticks: number): Promise<NetworkModel> => {
    const some = {
      ...history,
      ticks: history.ticks.slice(0, ticks),
      values: history.values.subarray(0, ticks * history.sensors.length),
    };
    const lessons = history.pace.recalls ? lessonsOfCarParks : lessonsOfRoads;
    const material = materialOf(some, { seed, lessons });
    const told = (loss: number): void => bar.add(1, `loss ${loss.toFixed(4)}`);
    const { threads } = options;
    const taught = await teachMembers(material.lessons, {
      ...{ seed, members, told },
      ...(threads === undefined ? {} : { threads }),
    });
    return modelOf(some, material, '', taught);
  };
  const scores = tryOut(history, await teach(split), split);
  const { subject, span } = source;
  const lastDay = new Date(source.to - 1).toISOString().slice(0, 10);
  const bytes = fileBytes({ subject, span, lastDay, model: await teach(history.ticks.length) });
  bar.end();
  const file = readModelFile(bytes);
  if ('fault' in file) throw new Error(`the model that was written cannot be read: ${file.fault}`);
  const cpu = process.cpuUsage(cpuBefore);
  const card = cardOf({
    ...{ file, source, from: options.from, scores, split, seed, bytes: bytes.length },
    wallSeconds: (performance.now() - began) / 1000,
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
  });
  await writeFile(out, bytes);
  await writeFile(cardPath(out), card);
  return { name: file.model.name, card, scores };
}

/** Where the card of a model is. */
export const cardPath = (out: string): string => `${out}.card.md`;

function fileBytes(file: ModelFile): Uint8Array {
  try {
    return writeModelFile(file);
  } catch (error) {
    if (error instanceof RangeError) throw new ArterialError('config.invalid', error.message);
    throw error;
  }
}
