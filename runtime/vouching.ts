/** What a task tells the readers of its derived topics: up to when it has said all. */
import type { EventTime, Milliseconds } from '#domain/time.ts';
import { encodeHeartbeat } from '#schemas/generated/heartbeat.v1.ts';
import { encodeRecord } from '#schemas/topic.ts';
import type { AnyProcessor } from './processor.ts';
import type { RunOptions } from './run-options.ts';

export class Vouching {
  /** Up to when it has vouched since it was taken over. */
  through: EventTime = Number.NEGATIVE_INFINITY;
  private readonly name: string;
  private readonly writes: AnyProcessor['writes'];
  private readonly options: Pick<RunOptions, 'log' | 'ids' | 'partitions' | 'vouchEvery'>;
  private at = Number.NEGATIVE_INFINITY;

  constructor(name: string, { writes }: Pick<AnyProcessor, 'writes'>, options: Vouching['options']) {
    this.name = name;
    this.writes = writes;
    this.options = options;
  }

  /** Whether it is to vouch although it has nothing else to say. */
  isDue(through: EventTime, now: Milliseconds): boolean {
    return !this.isDone(through) && now - this.at >= this.options.vouchEvery;
  }

  /** Whether its readers know how far it has come. */
  isDone(through: EventTime): boolean {
    return this.writes.length === 0 || through <= this.through;
  }

  /**
   * Says that nothing of this task up to `through` will follow. All that it put out up to then is committed and
   * appended; a replay after a crash puts out the same and nothing else.
   */
  async say(through: EventTime, now: () => Milliseconds): Promise<void> {
    const { log, ids, partitions } = this.options;
    if (this.isDone(through)) return;
    const value = encodeRecord(
      { encode: encodeHeartbeat },
      { source: this.name, at: through },
      ids.heartbeat,
    );
    const appends: Promise<void>[] = [];
    for (const topic of this.writes)
      for (let partition = 0; partition < partitions; partition++)
        appends.push(log.appendTo(topic.name, partition, [{ key: '', value }]));
    await Promise.all(appends);
    this.through = through;
    this.at = now();
  }
}
