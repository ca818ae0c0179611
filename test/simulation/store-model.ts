/** The store as a program far away sees it: the one in memory, behind a wire on which requests and answers get lost. */
import type { Commit, MeasureStore, Progress, Unusable } from '#runtime/measures.ts';
import { createMemoryMeasures } from '#runtime/memory-measures.ts';
import { sourceOf } from '#runtime/wiring.ts';
import type { Life } from './life.ts';
import type { Mutation } from './mutations.ts';
import type { Plan } from './plan.ts';
import type { Scheduler } from './scheduler.ts';
import type { Watch } from './watch.ts';

export class StoreModel {
  /** Where the measures are. */
  readonly measures: MeasureStore;
  /** Where the tasks stand; the same, unless a mutation has them written apart. */
  readonly progress: MeasureStore;
  readonly unusable = new Map<string, Unusable>();
  private readonly scheduler: Scheduler;
  private readonly plan: Plan;
  private readonly mutation: Mutation | undefined;
  private readonly watch: Watch;
  private readonly versions = new Map<string, { version: number; epoch: number }>();
  private apart = 0;

  constructor(scheduler: Scheduler, plan: Plan, mutation: Mutation | undefined, watch: Watch) {
    this.scheduler = scheduler;
    this.plan = plan;
    this.mutation = mutation;
    this.watch = watch;
    this.progress = createMemoryMeasures();
    this.measures = mutation === 'transaction' ? createMemoryMeasures() : this.progress;
  }

  /** The store as one life of a process reaches it. */
  client(life: Life): MeasureStore {
    const { store } = this.plan;
    const { measures } = this;
    return {
      migrate: async () => {},
      commit: async (commit) => {
        if (this.mutation !== 'transaction') return life.call(store, () => this.commit(commit));
        const progressAlone = { ...commit, measures: new Map(), unusable: [] };
        const outcome = await life.call(store, () => this.commit(progressAlone));
        if (outcome === 'committed') await life.call(store, () => this.commitMeasures(commit));
        return outcome;
      },
      claim: (processor, partition, stateVersion) =>
        life.call(store, async () => {
          const claimed = await this.progress.claim(processor, partition, stateVersion);
          this.scheduler.note(`claim of ${processor}`, partition, claimed?.progress.epoch);
          if (claimed) this.versions.set(sourceOf(processor, partition), versionOf(claimed.progress));
          if (!claimed || this.mutation !== 'outbox') return claimed;
          return { ...claimed, progress: { ...claimed.progress, outbox: Buffer.alloc(0) } };
        }),
      listProgress: () => measures.listProgress(),
      select: (query) => measures.select(query),
      sums: (query) => measures.sums(query),
      aggregate: (query) => measures.aggregate(query),
      maintain: (keepFrom) => measures.maintain(keepFrom),
      newest: (table, idColumns, versionColumns) => measures.newest(table, idColumns, versionColumns),
      digest: (tables) => measures.digest(tables),
      close: async () => {},
    };
  }

  private async commit(asked: Commit): Promise<'committed' | 'fenced'> {
    const commit = this.mutation === 'fence' ? this.unfenced(asked) : asked;
    const outcome = await this.progress.commit(commit);
    const { processor, partition, progress } = commit;
    this.scheduler.note(`${outcome} by ${processor}`, partition, progress.version);
    if (outcome === 'committed') {
      this.versions.set(sourceOf(processor, partition), versionOf(progress));
      this.watch.committed(commit);
      this.noteUnusable(commit);
    }
    return outcome;
  }

  private async commitMeasures({ processor, partition, measures, unusable }: Commit): Promise<void> {
    const progress: Progress = { ...nothing, version: this.apart + 1 };
    const commit = { processor: 'apart', partition: 0, expectedVersion: this.apart++, progress, kept: [] };
    await this.measures.commit({ ...commit, measures, unusable });
    this.watch.stored(sourceOf(processor, partition), measures);
    this.noteUnusable({ processor, unusable });
  }

  /** The commit as one that the fence lets pass. */
  private unfenced(commit: Commit): Commit {
    const { version, epoch } = this.versions.get(sourceOf(commit.processor, commit.partition)) ?? nothing;
    const progress = {
      ...commit.progress,
      version: version + 1,
      epoch: Math.max(epoch, commit.progress.epoch),
    };
    return { ...commit, expectedVersion: version, progress };
  }

  private noteUnusable({ processor, unusable }: Pick<Commit, 'processor' | 'unusable'>): void {
    for (const record of unusable) {
      const place = `${processor} ${record.topic}/${record.partition}/${record.position}`;
      if (!this.unusable.has(place)) this.unusable.set(place, record);
    }
  }
}

const versionOf = ({ version, epoch }: Progress): { version: number; epoch: number } => ({ version, epoch });

const nothing: Progress = {
  version: 0,
  epoch: 0,
  stateVersion: 1,
  releasedThrough: null,
  topics: [],
  ledger: { read: 0, folded: 0, late: 0, rejected: 0, duplicate: 0, heartbeats: 0, open: 0 },
  outbox: Buffer.alloc(0),
};
