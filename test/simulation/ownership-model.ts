/** Who has which partition, as told by one who learns late who is there, and is heard late by those who are. */
import type { Ownership } from '#runtime/ownership.ts';
import type { Life } from './life.ts';
import type { Plan } from './plan.ts';
import type { Scheduler } from './scheduler.ts';

/** One who shares the partitions. */
interface Member {
  readonly life: Life;
  readonly name: number;
  changed: ((partitions: ReadonlySet<number>) => void) | undefined;
  /** Generation that it was told of last. */
  told: number;
}

export class OwnershipModel {
  private readonly scheduler: Scheduler;
  private readonly plan: Plan;
  private members: Member[] = [];
  private generation = 0;

  constructor(scheduler: Scheduler, plan: Plan) {
    this.scheduler = scheduler;
    this.plan = plan;
  }

  /** The partitions as one life of a process sees them; it takes part from then on. */
  join(life: Life, name: number): Ownership {
    const member: Member = { life, name, changed: undefined, told: 0 };
    return {
      isShared: true,
      follow: (changed) => {
        member.changed = changed;
        this.later(() => this.admit(member));
      },
      processed: () => {},
    };
  }

  /** Takes a life for gone, which it may not be. It is told, and comes back if it lives. */
  expire(life: Life): void {
    const gone = this.members.find((member) => member.life === life);
    if (!gone) return;
    this.members = this.members.filter((member) => member !== gone);
    this.share();
    this.tell(gone, new Set());
    if (life.isAlive) this.later(() => life.deliver(() => this.later(() => this.admit(gone))));
  }

  /** One that goes says so. */
  leave(life: Life): void {
    const before = this.members.length;
    this.members = this.members.filter((member) => member.life !== life);
    if (this.members.length < before) this.share();
  }

  /** Whether so many share the partitions, and each knows which are its own. */
  isSettled(processes: number): boolean {
    const { members, generation } = this;
    return members.length === processes && members.every(({ told }) => told === generation);
  }

  private admit(member: Member): void {
    if (!member.life.isAlive || this.members.includes(member)) return;
    this.members.push(member);
    this.share();
  }

  private share(): void {
    this.generation++;
    const { members } = this;
    this.scheduler.note('partitions are shared anew', this.generation, members.length);
    const turn = this.scheduler.random.integer(Math.max(1, members.length));
    members.forEach((member, i) => {
      const own = new Set<number>();
      for (let partition = 0; partition < this.plan.partitions; partition++)
        if ((partition + turn) % members.length === i) own.add(partition);
      this.tell(member, own);
    });
  }

  private tell(member: Member, own: ReadonlySet<number>): void {
    const { generation } = this;
    this.later(() =>
      member.life.deliver(() => {
        // What is older than what it knows says nothing new.
        if (generation < member.told) return;
        member.told = generation;
        this.scheduler.note(`process ${member.name} has so many partitions`, own.size);
        member.changed?.(own);
      }),
    );
  }

  private later(happen: () => void): void {
    this.scheduler.after(this.scheduler.random.next() * this.plan.viewDelay, happen);
  }
}
