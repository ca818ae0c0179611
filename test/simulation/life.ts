/** One life of a process: what reaches it, and how it reaches others. It may stand still for long, or end at once. */
import { ArterialError } from '#runtime/errors.ts';
import type { Timers } from '#runtime/timers.ts';
import { activeMilliseconds, isWithin, type Plan, type Service } from './plan.ts';
import type { Scheduler } from './scheduler.ts';

export class Life {
  readonly timers: Timers;
  /** Waits that have not ended. */
  sleeping = 0;
  isAlive = true;
  private readonly scheduler: Scheduler;
  private readonly plan: Plan;
  /** What has come while the process stands still. */
  private held: (() => void)[] | undefined;

  constructor(scheduler: Scheduler, plan: Plan) {
    this.scheduler = scheduler;
    this.plan = plan;
    this.timers = {
      now: () => scheduler.now,
      sleep: (milliseconds, signal) => this.sleep(milliseconds, signal),
    };
  }

  get isPaused(): boolean {
    return this.held !== undefined;
  }

  /** Lets something happen within the process, once it is able to notice. */
  deliver(happen: () => void): void {
    if (!this.isAlive) return;
    if (this.held) {
      this.held.push(happen);
      return;
    }
    this.scheduler.letGoOn();
    happen();
  }

  /** Ends it without a word. Requests that are under way arrive all the same. */
  kill(): void {
    this.isAlive = false;
  }

  pause(): void {
    this.held ??= [];
  }

  resume(): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const happen of held) this.deliver(happen);
  }

  /** Asks a service for something, which may take long, fail, or be done and seem to have failed. */
  call<Result>(service: Service, carryOut: () => Result | Promise<Result>): Promise<Result> {
    const { scheduler } = this;
    const { random } = scheduler;
    return new Promise((resolve, reject) => {
      const fail = (): void => this.deliver(() => reject(unavailable(service)));
      const land = async (answer: boolean): Promise<void> => {
        scheduler.letGoOn();
        try {
          const result = await carryOut();
          if (answer) this.later(() => resolve(result));
        } catch (error) {
          if (answer) this.later(() => reject(error));
        }
      };
      const there = this.latency(service);
      if (!this.isRough()) {
        scheduler.after(there, () => land(true));
        return;
      }
      const luck = random.next();
      if (luck < service.lost) scheduler.after(there + 50, fail);
      else if (luck < service.lost + service.ambiguous) {
        // Told of the failure before or after it is carried out.
        const patience = random.chance(0.4) ? there * random.next() : there + this.latency(service);
        scheduler.after(there, () => land(false));
        scheduler.after(patience, fail);
      } else
        scheduler.after(there, () => {
          if (service.down.some((interval) => isWithin(scheduler.now, interval))) fail();
          else land(true);
        });
    });
  }

  /** How long a message is under way. */
  latency({ slow }: Pick<Service, 'slow'>): number {
    const { random } = this.scheduler;
    const { latencyMilliseconds } = this.plan;
    if (!this.isRough()) return 0.1 + random.next();
    const usual = latencyMilliseconds * (0.2 + random.next());
    return random.chance(slow) ? usual + random.next() * 800 : usual;
  }

  /** Half of the answers come with the effect, the others have a way of their own; all others may come between. */
  private later(happen: () => void): void {
    const { scheduler } = this;
    if (scheduler.random.chance(0.5)) this.deliver(happen);
    else scheduler.after(this.latency({ slow: 0 }), () => this.deliver(happen));
  }

  private isRough(): boolean {
    return this.scheduler.now < activeMilliseconds;
  }

  private sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      this.sleeping++;
      const end = (): void => {
        this.sleeping--;
        pending.isCancelled = true;
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const pending = this.scheduler.after(milliseconds, () => {
        this.deliver(() => {
          if (!pending.isCancelled) end();
        });
      });
      signal?.addEventListener('abort', end, { once: true });
    });
  }
}

const unavailable = ({ code }: Service): ArterialError =>
  new ArterialError(code, 'no answer', { canRetry: true });
