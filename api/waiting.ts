/** Long polls: an answer that waits until there is something new to say. */
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { Topic } from '#schemas/topic.ts';
import { Problem } from './problem.ts';
import type { Channel, Listener, Lookout, Tail } from './tail.ts';

/** The longest that an answer waits, s of the caller's own clock; below what proxies cut off at. */
const waitSecondsMost = 50;
/** As many as one process can hold open beside those who follow the stream. */
const waitingMost = 10_000;

/** Of a query that may wait. */
export const WaitSeconds = Type.Optional(
  Type.Integer({
    minimum: 0,
    maximum: waitSecondsMost,
    description: 'Seconds of your own clock that the answer may wait for something new; 0 when left out; 30',
  }),
);

/** Says when nobody waits for an answer any more. */
export function goneOf(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return gone.signal;
}

/** What is waited for: the events of a topic, each of the thing that `of` names; `heard` is told of each first. */
export const awaited = <Event>(
  topic: Topic<Event>,
  of: (event: Event) => string,
  heard?: (event: Event) => void,
): Channel => ({
  topic: topic as Topic<never>,
  kind: 'awaited',
  present(event) {
    heard?.(event as Event);
    return { kind: 'awaited', json: of(event as Event), subscription: undefined };
  },
});

export interface Waiting {
  /**
   * What `look` answers, asked at once and again whenever something new comes of a thing that `isMeant`; undefined when
   * the time is up or `gone` says that nobody waits any more. Throws Problem 429 when too many wait.
   */
  until<Answer>(
    look: () => Promise<Answer | undefined>,
    isMeant: (thing: string) => boolean,
    waitSeconds: number,
    gone: AbortSignal,
  ): Promise<Answer | undefined>;
  /** Lets all go who wait. */
  close(): void;
}

/** Topics are looked out over only while somebody waits, once for all of them. */
export function createWaiting(tail: Tail, ...channels: readonly Channel[]): Waiting {
  const closing = new AbortController();
  let waiting = 0;

  async function waitAndLook<Answer>(
    look: () => Promise<Answer | undefined>,
    isMeant: (thing: string) => boolean,
    waitSeconds: number,
    over: AbortSignal,
  ): Promise<Answer | undefined> {
    const ends = performance.now() + 1000 * waitSeconds;
    let ring = (): void => {};
    let failure: unknown;
    const listener: Listener = {
      arrived(_partition, { events }) {
        if (events.some(({ json }) => isMeant(json))) ring();
      },
      failed(error) {
        failure = error ?? new Error('what is waited for is no longer looked out over');
        ring();
      },
    };
    const lookouts: Lookout[] = [];
    try {
      for (const channel of channels) lookouts.push(await tail.open(channel, listener));
      for (;;) {
        const rung = new Promise<void>((resolve) => {
          ring = resolve;
        });
        const answer = await look();
        const left = ends - performance.now();
        if (answer !== undefined || left <= 0 || over.aborted) return answer;
        await firstOf(rung, left, over);
        if (failure !== undefined) throw failure;
      }
    } finally {
      for (const lookout of lookouts) lookout.close();
    }
  }

  return {
    async until(look, isMeant, waitSeconds, gone) {
      if (waitSeconds <= 0) return look();
      if (waiting >= waitingMost)
        throw new Problem(
          429,
          'limit.reached',
          `${waitingMost} clients wait for an answer, which is the limit`,
        );
      waiting++;
      try {
        return await waitAndLook(look, isMeant, waitSeconds, AbortSignal.any([gone, closing.signal]));
      } finally {
        waiting--;
      }
    },
    close: () => closing.abort(),
  };
}

/** Resolves with what comes first: the bell, the end of the time, or that it is over. */
function firstOf(rung: Promise<void>, milliseconds: number, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      over.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    over.addEventListener('abort', done);
    void rung.then(done);
  });
}
