/** What many ask for, made once for as long as it is true. */
import { randomUUID } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { EventTime } from '#domain/time.ts';
import type { CityClock } from '#runtime/clock.ts';

/** Things that are not asked for again are dropped when there are more than this. */
const keptMost = 500;
/** Nothing is kept longer, however slowly the time of the city goes. Milliseconds. */
const longest = 1_000;

interface Made {
  /** What it was made from: the same objects as long as nothing has changed. */
  readonly from: readonly unknown[];
  readonly second: number;
  readonly until: number;
  readonly thing: unknown;
}

export class Kept {
  private readonly clock: CityClock;
  private readonly things = new Map<string, Made>();

  constructor(clock: CityClock) {
    this.clock = clock;
  }

  /**
   * What `make` makes from these objects, or made before: within the same second of the city, and of the same objects.
   * Two things of one name are made from the same kinds of objects.
   */
  once<Thing>(name: string, from: readonly unknown[], make: (now: EventTime) => Thing): Thing {
    const now = this.clock.now();
    const second = Math.floor(now / 1000);
    const known = this.things.get(name);
    if (
      known !== undefined &&
      known.second === second &&
      performance.now() < known.until &&
      from.every((one, i) => one === known.from[i])
    )
      return known.thing as Thing;
    const thing = make(now);
    const made: Made = { from, second, until: performance.now() + longest, thing };
    this.things.delete(name);
    this.things.set(name, made);
    // Whoever waits for it is told; whoever asks later has it tried again.
    if (thing instanceof Promise)
      thing.catch(() => {
        if (this.things.get(name) === made) this.things.delete(name);
      });
    for (const oldest of this.things.keys()) {
      if (this.things.size <= keptMost) break;
      this.things.delete(oldest);
    }
    return thing;
  }
}

/** An answer as it goes out. */
interface Answer {
  readonly etag: string;
  readonly body: Buffer;
}

/** Tells the answers of this process from those of others, and of itself before a restart. */
const own = randomUUID().slice(0, 8);
let answers = 0;

/** An answer made into bytes by the schema of its route. */
export const answerOf = (reply: FastifyReply, body: object): Answer => ({
  etag: `"${own}-${++answers}"`,
  body: Buffer.from(reply.serialize(body) as string),
});

/** Sends an answer, or says that the client has it already. */
export function sendKept(request: FastifyRequest, reply: FastifyReply, { etag, body }: Answer): never {
  reply.header('etag', etag).header('cache-control', 'no-cache');
  if (request.headers['if-none-match']?.includes(etag)) return reply.code(304).send() as never;
  return reply.header('content-type', 'application/json; charset=utf-8').send(body) as never;
}
