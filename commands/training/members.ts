/** Teaches the members of an ensemble side by side, each in a thread of its own. */
import { availableParallelism } from 'node:os';
import type { Lessons } from '#domain/forecast/training.ts';
import { beginThread } from '../thread.ts';

/** What a thread is given; the numbers of the lessons are shared, not copied. */
export interface MemberOrder {
  readonly lessons: Lessons;
  readonly seed: number;
  readonly member: number;
}

/** What a thread tells: of each round, and last the weights. */
export type MemberNews = { readonly loss: number } | { readonly weights: Float32Array };

export interface Class {
  readonly seed: number;
  readonly members: number;
  /** As many threads as there are cores, unless this is less. */
  readonly threads?: number;
  /** Told of each round of each member. */
  readonly told: (loss: number) => void;
}

/** The weights of all members. The same lessons and seed give the same, on however many threads. */
export async function teachMembers(
  lessons: Lessons,
  { seed, members, threads = members, told }: Class,
): Promise<Float32Array[]> {
  const taught: Float32Array[] = [];
  let next = 0;
  const teachOn = async (): Promise<void> => {
    for (let member = next++; member < members; member = next++)
      taught[member] = await inThread({ lessons, seed, member }, told);
  };
  const atOnce = Math.max(1, Math.min(threads, members, availableParallelism()));
  await Promise.all(Array.from({ length: atOnce }, teachOn));
  return taught;
}

function inThread(order: MemberOrder, told: (loss: number) => void): Promise<Float32Array> {
  return new Promise((taught, failed) => {
    const worker = beginThread(new URL('./member-thread.ts', import.meta.url), order);
    worker.on('message', (news: MemberNews) => {
      if ('weights' in news) taught(news.weights);
      else told(news.loss);
    });
    worker.once('error', failed);
    worker.once('exit', (code) => failed(new Error(`a thread that teaches ended with ${code}`)));
  });
}
