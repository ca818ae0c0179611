/** The event log in files of this machine: `<folder>/<topic>/<partition>/<first position>.log`. */
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PartitionLog, type SegmentPolicy, syncFolder } from './embedded-log-partition.ts';
import { ArterialError } from './errors.ts';
import { lockFolder } from './folder-lock.ts';
import type { EventLog, LogRecord } from './log.ts';
import { partitionOf } from './partitioner.ts';

export interface EmbeddedLogOptions {
  /** Size at which a segment ends and the next begins. Bytes. */
  readonly segmentBytes?: number;
  /**
   * Without it every append waits for the disk. With it the disk is waited for by the first append of a partition
   * after so many milliseconds: a killed process still loses nothing, a power cut may lose that much.
   */
  readonly syncEvery?: number;
}

/** Opens the log in `folder`, made if it is not there. One process at a time may have it open. */
export async function openEmbeddedLog(folder: string, options: EmbeddedLogOptions = {}): Promise<EventLog> {
  const policy: SegmentPolicy = {
    segmentBytes: options.segmentBytes ?? 64 * 1024 * 1024,
    syncEvery: options.syncEvery ?? 0,
  };
  await mkdir(folder, { recursive: true });
  const unlock = await lockFolder(folder, 'log.unavailable');
  const topics = new Map<string, Promise<readonly PartitionLog[]>>();
  try {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (!entry.isDirectory()) continue;
      const path = join(folder, entry.name);
      // What a crash left of making a topic.
      if (entry.name.startsWith('.')) await rm(path, { recursive: true });
      else topics.set(entry.name, openTopic(path, entry.name, policy));
    }
    await Promise.all(topics.values());
  } catch (failure) {
    await closeAll(topics);
    await unlock();
    throw failure;
  }
  return new EmbeddedLog(folder, policy, topics, unlock);
}

class EmbeddedLog implements EventLog {
  private readonly folder: string;
  private readonly policy: SegmentPolicy;
  private readonly topics: Map<string, Promise<readonly PartitionLog[]>>;
  private readonly unlock: () => Promise<void>;
  private closed = false;

  constructor(
    folder: string,
    policy: SegmentPolicy,
    topics: Map<string, Promise<readonly PartitionLog[]>>,
    unlock: () => Promise<void>,
  ) {
    this.folder = folder;
    this.policy = policy;
    this.topics = topics;
    this.unlock = unlock;
  }

  async createTopic(topic: string, partitions: number): Promise<void> {
    this.assertOpen();
    if (!/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,248}$/.test(topic))
      throw new RangeError(`topic '${topic}'; letters, digits, '.', '_' and '-' would be right`);
    if (!Number.isInteger(partitions) || partitions < 1)
      throw new RangeError(`${partitions} partitions; at least 1 would be right`);
    let made = this.topics.get(topic);
    if (made === undefined) {
      made = makeTopic(this.folder, topic, partitions, this.policy);
      this.topics.set(topic, made);
      made.catch(() => this.topics.delete(topic));
    }
    await made;
  }

  async partitions(topic: string): Promise<number> {
    return (await this.partitionsOf(topic)).length;
  }

  async append(topic: string, records: readonly LogRecord[]): Promise<void> {
    const partitions = await this.partitionsOf(topic);
    const parts = partitions.map((): LogRecord[] => []);
    for (const record of records) parts[partitionOf(record.key, parts.length)]?.push(record);
    await Promise.all(parts.map((part, i) => partitions[i]?.append(part)));
  }

  async appendTo(topic: string, partition: number, records: readonly LogRecord[]): Promise<void> {
    await (await this.partitionOf(topic, partition)).append(records);
  }

  async read(topic: string, partition: number, position: number, maxBytes: number) {
    return (await this.partitionOf(topic, partition)).read(position, maxBytes);
  }

  async bounds(topic: string, partition: number) {
    const { first, next } = await this.partitionOf(topic, partition);
    return { first, next };
  }

  async appended(topic: string, partition: number, position: number, signal: AbortSignal): Promise<void> {
    await (await this.partitionOf(topic, partition)).appended(position, signal);
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    await closeAll(this.topics);
    await this.unlock();
  }

  private async partitionOf(topic: string, partition: number): Promise<PartitionLog> {
    const partitions = await this.partitionsOf(topic);
    const found = partitions[partition];
    if (found === undefined)
      throw new ArterialError(
        'log.unavailable',
        `${topic} has no partition ${partition}; it has 0..${partitions.length - 1}`,
      );
    return found;
  }

  private async partitionsOf(topic: string): Promise<readonly PartitionLog[]> {
    this.assertOpen();
    const found = await this.topics.get(topic);
    if (found === undefined)
      throw new ArterialError(
        'log.unavailable',
        `there is no topic ${topic} in ${this.folder}; create it first`,
      );
    // It may have been closed meanwhile.
    this.assertOpen();
    return found;
  }

  private assertOpen(): void {
    if (this.closed) throw new ArterialError('log.unavailable', `the log in ${this.folder} is closed`);
  }
}

/** Makes all partitions under another name first, so that a crash leaves the whole topic or none of it. */
async function makeTopic(
  folder: string,
  topic: string,
  partitions: number,
  policy: SegmentPolicy,
): Promise<readonly PartitionLog[]> {
  const unfinished = join(folder, `.${topic}`);
  for (let i = 0; i < partitions; i++) await mkdir(join(unfinished, String(i)), { recursive: true });
  await syncFolder(unfinished);
  await rename(unfinished, join(folder, topic));
  await syncFolder(folder);
  return openTopic(join(folder, topic), topic, policy);
}

async function openTopic(
  path: string,
  topic: string,
  policy: SegmentPolicy,
): Promise<readonly PartitionLog[]> {
  const count = (await readdir(path)).filter((name) => /^\d+$/.test(name)).length;
  const opening = Array.from({ length: count }, (_, i) =>
    PartitionLog.open(join(path, String(i)), topic, i, policy),
  );
  return Promise.all(opening);
}

async function closeAll(topics: ReadonlyMap<string, Promise<readonly PartitionLog[]>>): Promise<void> {
  for (const opened of await Promise.allSettled(topics.values()))
    if (opened.status === 'fulfilled') await Promise.all(opened.value.map((partition) => partition.close()));
}
