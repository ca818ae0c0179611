/** One seed: a street, a log, a store and some processes, all of which may fail, and what came of it. */
import { ArterialError } from '#runtime/errors.ts';
import { type Ownership, soleOwner } from '#runtime/ownership.ts';
import { type Run, runProcessors } from '#runtime/run.ts';
import { embeddedIds } from '#schemas/registry.ts';
import { parkingForecasts, parkingStates } from '#schemas/topics.ts';
import { judge } from './judge.ts';
import { Life } from './life.ts';
import { LogModel } from './log-model.ts';
import { type Mutation, stagesWith } from './mutations.ts';
import { OwnershipModel } from './ownership-model.ts';
import { activeMilliseconds, calmMilliseconds, type Manner, type Plan, planOf } from './plan.ts';
import { Scheduler } from './scheduler.ts';
import { noNetwork } from './stages.ts';
import { StoreModel } from './store-model.ts';
import { rawTopics, Street } from './street.ts';
import { Watch } from './watch.ts';

/** What came of a seed. */
export interface Outcome {
  readonly seed: number;
  /** What did not hold; empty when all is well. */
  readonly violations: readonly string[];
  /** Of all that happened. */
  readonly hash: number;
  readonly happened: number;
  readonly records: number;
}

/** A process that somebody starts again whenever it ends. */
interface Process {
  readonly name: number;
  life: Life | undefined;
  run: Run | undefined;
  stopping: AbortController;
  isEnding: boolean;
}

/** How long it takes until one that is silent is taken for gone, and until one that ended is started again. */
const silenceMost = 600;
const startedAgainAfter = 150;
const lookEvery = 100;
/** How the last process works: what is looked at is only whether it comes to the end. */
const hurried: Manner = {
  flushEvery: 20,
  flushIdleEvery: 0,
  vouchEvery: 20,
  checkpointEvery: 1_000,
  lingerMilliseconds: 0,
};
/** Whatever was sent before all was calm has arrived after so long. */
const underWayMost = 1_000;

export class World {
  readonly plan: Plan;
  readonly scheduler: Scheduler;
  readonly watch: Watch;
  readonly log: LogModel;
  readonly store: StoreModel;
  readonly street: Street;
  readonly derivedTopics = [parkingStates.name, parkingForecasts.name];
  private readonly mutation: Mutation | undefined;
  private readonly ownership: OwnershipModel;
  private readonly processes: Process[];
  private halts = 0;
  /** What the street has to send that it has not been told of as appended. */
  private undelivered = 0;
  private isLost = false;
  private isClosing = false;
  /** Only the last process is left. */
  private isLast = false;
  private isOver = false;

  constructor(seed: number, mutation?: Mutation, tell?: (line: string) => void) {
    this.mutation = mutation;
    this.plan = planOf(seed);
    const { partitions } = this.plan;
    this.scheduler = new Scheduler(seed);
    this.scheduler.tell = tell;
    this.watch = new Watch(partitions);
    this.street = new Street(seed, partitions);
    this.log = new LogModel(
      this.scheduler,
      this.plan,
      mutation,
      [...rawTopics, ...this.derivedTopics],
      (topic, partition, value) => {
        if (this.derivedTopics.includes(topic)) this.watch.derived(topic, partition, value);
      },
    );
    this.store = new StoreModel(this.scheduler, this.plan, mutation, this.watch);
    this.ownership = new OwnershipModel(this.scheduler, this.plan);
    this.processes = Array.from({ length: this.plan.processes }, (_, name) => ({
      name,
      life: undefined,
      run: undefined,
      stopping: new AbortController(),
      isEnding: false,
    }));
  }

  async simulate(): Promise<Outcome> {
    const { scheduler, plan, watch } = this;
    this.deliverAll();
    for (const process of this.processes) this.start(process);
    this.planMishaps();
    if (plan.lossAt !== undefined) scheduler.after(plan.lossAt, () => this.loseTail());
    scheduler.after(activeMilliseconds, () => this.calm());
    await scheduler.run(() => this.isOver || watch.violations.length > 0);
    if (watch.violations.length === 0 && !this.isLost) await judge(this);
    return {
      seed: plan.seed,
      violations: watch.violations,
      hash: scheduler.hash >>> 0,
      happened: scheduler.happened,
      records: this.street.meanings.size,
    };
  }

  /** What the street sends; who sends it tries until it is told of success, so that some comes twice. */
  private deliverAll(): void {
    const log = this.log.client(new Life(this.scheduler, this.plan));
    this.undelivered = this.street.deliveries.length;
    for (const { topic, partition, at, values } of this.street.deliveries) {
      const records = values.map((value) => ({ key: '', value }));
      const send = async (): Promise<void> => {
        try {
          await log.appendTo(topic, partition, records);
          this.undelivered--;
        } catch {
          if (!this.isLost) this.scheduler.after(20 + 200 * this.scheduler.random.next(), send);
        }
      };
      this.scheduler.after(at, () => {
        if (!this.isLost) send();
      });
    }
  }

  private start(process: Process, ownership?: Ownership): void {
    const { plan, scheduler } = this;
    const life = new Life(scheduler, plan);
    scheduler.note('process starts', process.name);
    scheduler.letGoOn();
    process.life = life;
    process.isEnding = false;
    process.stopping = new AbortController();
    process.run = runProcessors({
      processors: stagesWith(this.mutation),
      network: noNetwork,
      partitions: plan.partitions,
      ownership: ownership ?? this.ownership.join(life, process.name),
      log: this.log.client(life),
      store: this.store.client(life),
      live: undefined,
      ids: embeddedIds,
      ...(this.isLast ? hurried : plan.manner),
      notice: (message) => {
        scheduler.note('notice', process.name, message.length);
        scheduler.tell?.(`           ${message}`);
      },
      timers: life.timers,
      signal: process.stopping.signal,
    });
    process.run.started.catch(() => {});
    process.run.done.then(
      () => this.ended(process, life, undefined),
      (error: unknown) => this.ended(process, life, error),
    );
  }

  /** What whoever started a process does when it has ended by itself. */
  private ended(process: Process, life: Life, error: unknown): void {
    if (process.life !== life || !life.isAlive) return;
    const { scheduler, watch } = this;
    scheduler.note('process ends', process.name);
    if (error instanceof ArterialError) this.failed(error);
    else if (error !== undefined)
      watch.complain(`process ${process.name}: ${error instanceof Error ? error.stack : error}`);
    else if (life.sleeping > 0)
      watch.complain(`process ${process.name} has ended, but still waits for ${life.sleeping} timers`);
    life.kill();
    process.life = undefined;
    this.ownership.leave(life);
    if (!this.isClosing)
      scheduler.after(startedAgainAfter, () => {
        if (!process.life && !this.isClosing) this.start(process);
      });
    else this.goOnClosing();
  }

  private failed(error: ArterialError): void {
    const { scheduler, watch } = this;
    scheduler.tell?.(`           ${error.code} ${error.message}`);
    if ((error.code === 'log.gap' || error.code === 'log.position') && this.isLost) {
      // Once may be chance, since it was reading when it happened; the second time it knew from the store.
      if (++this.halts >= 2 * this.plan.processes + 1) this.isOver = true;
    } else watch.complain(`a process ended with ${error.code}: ${error.message}`);
  }

  private kill(process: Process, milliseconds: number): void {
    const { life } = process;
    if (!life) return;
    this.scheduler.note('process is killed', process.name);
    life.kill();
    process.life = undefined;
    this.scheduler.after(silenceMost, () => this.ownership.expire(life));
    this.scheduler.after(milliseconds, () => {
      if (!process.life && !this.isClosing) this.start(process);
    });
  }

  private pause(process: Process, milliseconds: number): void {
    const { life } = process;
    if (!life || life.isPaused) return;
    this.scheduler.note('process stands still', process.name);
    life.pause();
    this.scheduler.after(silenceMost, () => {
      if (life.isPaused) this.ownership.expire(life);
    });
    this.scheduler.after(milliseconds, () => {
      this.scheduler.note('process goes on', process.name);
      life.resume();
    });
  }

  /** Asks a process to end, as an operator does; whoever started it starts it again. */
  private stop(process: Process): void {
    const { life } = process;
    if (!life || process.isEnding) return;
    process.isEnding = true;
    life.deliver(() => {
      this.scheduler.note('process is asked to end', process.name);
      this.ownership.leave(life);
      process.stopping.abort();
    });
  }

  private planMishaps(): void {
    const { crashes, pauses, leaves } = this.plan;
    const { scheduler, processes } = this;
    for (const { process, at, milliseconds } of crashes)
      scheduler.after(at, () => this.kill(processes[process]!, milliseconds));
    for (const { process, at, milliseconds } of pauses)
      scheduler.after(at, () => this.pause(processes[process]!, milliseconds));
    for (const { process, at } of leaves) scheduler.after(at, () => this.stop(processes[process]!));
  }

  /** The log forgets records that a committed task has read. */
  private loseTail(): void {
    const { random } = this.scheduler;
    const topic = random.pick(rawTopics);
    const partition = random.integer(this.plan.partitions);
    const readTo = this.watch.readTo.get(`${topic}/${partition}`) ?? 0;
    if (readTo === 0) return;
    this.isLost = true;
    this.log.loseTail(topic, partition, random.integer(readTo));
  }

  /** From now on nothing fails, and all must come to an end. */
  private calm(): void {
    const { scheduler } = this;
    scheduler.note('all is calm');
    scheduler.after(calmMilliseconds, () =>
      this.watch.complain(this.isLost ? 'the loss of records was not noticed' : 'it does not come to an end'),
    );
    const look = (): void => {
      if (!this.isLost && this.isDelivered() && !this.plan.settles) this.close();
      else if (!this.isLost && this.isDelivered() && this.isQuiet()) this.settle(look);
      else scheduler.after(lookEvery, look);
    };
    scheduler.after(lookEvery, look);
  }

  /** Asks every process whether it has anything left to do, and goes on when none has. */
  private settle(otherwise: () => void): void {
    const { scheduler, log } = this;
    const before = log.appendedAt;
    scheduler.letGoOn();
    Promise.all(this.processes.map(({ life, run }) => (life ? run?.settle() : undefined))).then(
      () => {
        if (this.isLast) this.stop(this.processes[0]!);
        else if (this.isQuiet() && log.appendedAt === before) this.close();
        else scheduler.after(lookEvery, otherwise);
      },
      () => scheduler.after(lookEvery, otherwise),
    );
  }

  private close(): void {
    this.isClosing = true;
    this.scheduler.note('all is done');
    for (const process of this.processes) this.stop(process);
    this.goOnClosing();
  }

  /**
   * When all have ended, one more process takes everything over, and ends. Those before may have been superseded
   * without knowing, so that the last that they read of is not committed.
   */
  private goOnClosing(): void {
    if (this.processes.some(({ life }) => life !== undefined)) return;
    if (this.isLast) this.isOver = true;
    else {
      this.isLast = true;
      const last = this.processes[0]!;
      this.start(last, soleOwner(this.plan.partitions));
      this.settle(() => this.watch.complain('the last process does not come to an end'));
    }
  }

  /** Whether all that the street and the processes have sent has come into the log. */
  private isDelivered(): boolean {
    const isUnderWay = this.scheduler.now <= activeMilliseconds + underWayMost;
    return this.undelivered === 0 && !isUnderWay && this.processes.every(({ life }) => !life?.isPaused);
  }

  /** Whether all are there, know what is theirs, and have not appended for a while. */
  private isQuiet(): boolean {
    const { scheduler, plan, log, ownership, processes } = this;
    return (
      processes.every(({ life }) => life !== undefined) &&
      ownership.isSettled(plan.processes) &&
      scheduler.now - log.appendedAt > 2 * plan.manner.vouchEvery
    );
  }
}

export const simulate = (seed: number, mutation?: Mutation): Promise<Outcome> =>
  new World(seed, mutation).simulate();
