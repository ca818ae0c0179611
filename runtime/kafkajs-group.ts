/** Who works on which partitions, by Kafka's own consumer groups: processes that come, go and die share the work. */
import {
  AssignerProtocol,
  type Consumer,
  type EachBatchPayload,
  Kafka,
  logLevel,
  type PartitionAssigner,
} from 'kafkajs';
import type { KafkaConfig } from './config.ts';
import { kafkaError, kafkajsOptions } from './kafka-settings.ts';
import { BrokerSockets } from './kafka-socket.ts';
import { KafkajsConnections } from './kafkajs-cluster.ts';
import type { TopicProgress } from './measures.ts';
import type { Ownership } from './ownership.ts';
import { machineTimers } from './timers.ts';

export interface GroupOptions {
  readonly config: KafkaConfig;
  readonly partitions: number;
  /** The topics that tasks read: all partitioned alike. */
  readonly topics: readonly string[];
  /** The member that this process was before it died, if it was one: it is taken out of the group at once. */
  readonly formerMember?: string;
  /** Told under which name this process is a member, so that it can be remembered. */
  readonly joined?: (member: string) => void;
  /** Told when the group cannot be joined any more. */
  readonly failed: (error: unknown) => void;
}

export interface Group extends Ownership {
  /** Leaves the group; others take over at once. */
  leave(): Promise<void>;
}

/** A process that is silent so long is dead to the group. Milliseconds; a broker allows 6 s and more. */
const sessionTimeout = 6_000;
const heartbeatInterval = 500;
/** Kafka's consumer, which has nothing to fetch, sends heartbeats between two looks. Milliseconds. */
const lookEvery = 250;
const rebalanceTimeout = 10_000;
/** A group that cannot be found is looked for again, for about five minutes. Milliseconds, times. */
const [joinAgainAfter, joinAgainMost] = [1_000, 300] as const;
/** Positions are told to the group so often, for lag meters. Milliseconds. */
const tellEvery = 5_000;

/** Joins the group. Kafka's consumer only says what is ours: records are read through the log. */
export async function joinGroup(options: GroupOptions): Promise<Group> {
  const { config, formerMember } = options;
  const sockets = new BrokerSockets();
  const kafkajs = await kafkajsOptions(config, sockets);
  if (formerMember !== undefined) await forget(kafkajs, config.group, formerMember);
  const own = { partitions: [] as readonly number[] };
  const consumer = new Kafka({ ...kafkajs, logLevel: logLevel.NOTHING }).consumer({
    groupId: config.group,
    sessionTimeout,
    heartbeatInterval,
    rebalanceTimeout,
    maxWaitTimeInMs: lookEvery,
    partitionAssigners: [alike(options.partitions, own)],
    retry: { retries: Number.MAX_SAFE_INTEGER, initialRetryTime: 100, maxRetryTime: 1_000 },
  });
  const group = new KafkajsGroup(consumer, options, own, sockets);
  try {
    await consumer.connect();
    await group.join();
  } catch (error) {
    await consumer.disconnect().catch(() => {});
    sockets.end();
    throw kafkaError(error, config);
  }
  return group;
}

/** Whoever died without a word would keep its partitions until the group misses it. */
async function forget(
  kafkajs: ConstructorParameters<typeof KafkajsConnections>[0],
  group: string,
  member: string,
): Promise<void> {
  const connections = new KafkajsConnections(kafkajs);
  // The group may not know it any more, which is as well.
  await connections.removeMember(group, member).catch(() => {});
  await connections.close();
}

class KafkajsGroup implements Group {
  readonly isShared = true;
  private readonly consumer: Consumer;
  private readonly options: GroupOptions;
  private readonly own: { partitions: readonly number[] };
  private readonly sockets: BrokerSockets;
  private readonly followers: ((partitions: ReadonlySet<number>) => void)[] = [];
  private assigned: ReadonlySet<number> | undefined;
  /** Where each task stands, by topic and partition. */
  private readonly positions = new Map<string, Map<string, number>>();
  private readonly telling: NodeJS.Timeout;
  private isLeaving = false;

  constructor(
    consumer: Consumer,
    options: GroupOptions,
    own: { partitions: readonly number[] },
    sockets: BrokerSockets,
  ) {
    this.consumer = consumer;
    this.sockets = sockets;
    this.options = options;
    this.own = own;
    this.telling = setInterval(() => this.tell().catch(() => {}), tellEvery);
    this.telling.unref();
  }

  async join(): Promise<void> {
    const { consumer, options } = this;
    const topics = options.topics.map((topic) => options.config.prefix + topic);
    await consumer.subscribe({ topics, fromBeginning: true });
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      // Kafka's consumer shall fetch nothing: the tasks read from where the store says that they are.
      consumer.pause(topics.map((topic) => ({ topic })));
      options.joined?.(payload.memberId);
      const [first = ''] = topics;
      this.assign(payload.memberAssignment[first] ?? []);
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (payload.restart) return;
      const failure = kafkaError(payload.error, options.config);
      if (failure.canRetry) this.joinAgain(failure).catch(options.failed);
      else options.failed(failure);
    });
    await this.run();
  }

  private async run(): Promise<void> {
    await this.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: async (_: EachBatchPayload) => {},
    });
  }

  /** Kafka's consumer gives up when it finds no coordinator, as while a broker starts; it may come yet. */
  private async joinAgain(failure: Error): Promise<void> {
    for (let attempt = 1; !this.isLeaving; attempt++) {
      await machineTimers.sleep(joinAgainAfter);
      try {
        await this.consumer.connect();
        return await this.run();
      } catch {
        if (attempt >= joinAgainMost) throw failure;
      }
    }
  }

  follow(changed: (partitions: ReadonlySet<number>) => void): void {
    this.followers.push(changed);
    if (this.assigned !== undefined) changed(this.assigned);
  }

  processed(task: string, partition: number, topics: readonly TopicProgress[]): void {
    for (const { topic, processedTo } of topics) {
      const key = `${topic}/${partition}`;
      let tasks = this.positions.get(key);
      if (tasks === undefined) {
        tasks = new Map();
        this.positions.set(key, tasks);
      }
      tasks.set(task, processedTo);
    }
  }

  async leave(): Promise<void> {
    this.isLeaving = true;
    clearInterval(this.telling);
    await this.tell().catch(() => {});
    await this.consumer.disconnect();
    this.sockets.end();
  }

  private assign(partitions: readonly number[]): void {
    this.own.partitions = partitions;
    this.assigned = new Set(partitions);
    for (const key of this.positions.keys())
      if (!this.assigned.has(Number(key.slice(key.lastIndexOf('/') + 1)))) this.positions.delete(key);
    for (const changed of this.followers) changed(this.assigned);
  }

  /** Tells the group the least position of all tasks that read a partition. */
  private async tell(): Promise<void> {
    const offsets = [...this.positions].map(([key, tasks]) => {
      const slash = key.lastIndexOf('/');
      return {
        topic: this.options.config.prefix + key.slice(0, slash),
        partition: Number(key.slice(slash + 1)),
        offset: String(Math.min(...tasks.values())),
      };
    });
    if (offsets.length > 0) await this.consumer.commitOffsets(offsets);
  }
}

/**
 * Gives partition n of all topics to one process, each process as many as the others, give or take one, and leaves
 * with each what it has as far as that is fair. What members have comes with their request to join.
 */
const alike =
  (partitions: number, own: { readonly partitions: readonly number[] }): PartitionAssigner =>
  () => ({
    name: 'arterial-alike',
    version: 1,
    protocol: ({ topics }) => ({
      name: 'arterial-alike',
      metadata: AssignerProtocol.MemberMetadata.encode({
        version: 1,
        topics,
        userData: Buffer.from(own.partitions.join(',')),
      }),
    }),
    assign: async ({ members, topics }) => {
      const had = new Map(
        members.map(({ memberId, memberMetadata }) => [memberId, partitionsIn(memberMetadata, partitions)]),
      );
      return [...shares(had, partitions)].map(([memberId, share]) => ({
        memberId,
        memberAssignment: AssignerProtocol.MemberAssignment.encode({
          version: 1,
          assignment: Object.fromEntries(topics.map((topic) => [topic, [...share]])),
          userData: Buffer.alloc(0),
        }),
      }));
    },
  });

function partitionsIn(metadata: Buffer, partitions: number): number[] {
  const said = AssignerProtocol.MemberMetadata.decode(metadata)?.userData.toString() ?? '';
  return said
    .split(',')
    .filter((text) => text !== '')
    .map(Number)
    .filter((partition) => partition < partitions);
}

/** Who gets what: fair, and as it was where that is fair. */
export function shares(
  had: ReadonlyMap<string, readonly number[]>,
  partitions: number,
): Map<string, number[]> {
  const members = [...had.keys()].sort((a, b) => {
    const [less, more] = [had.get(a)?.length ?? 0, had.get(b)?.length ?? 0];
    return more - less || (a < b ? -1 : 1);
  });
  const least = Math.floor(partitions / members.length);
  const withOneMore = partitions % members.length;
  const taken = new Set<number>();
  const given = new Map<string, number[]>();
  members.forEach((member, i) => {
    const most = least + (i < withOneMore ? 1 : 0);
    const kept: number[] = [];
    for (const partition of had.get(member) ?? [])
      if (kept.length < most && !taken.has(partition)) {
        taken.add(partition);
        kept.push(partition);
      }
    given.set(member, kept);
  });
  const free = Array.from({ length: partitions }, (_, partition) => partition).filter((n) => !taken.has(n));
  members.forEach((member, i) => {
    const share = given.get(member) as number[];
    while (share.length < least + (i < withOneMore ? 1 : 0)) share.push(free.shift() as number);
    share.sort((a, b) => a - b);
  });
  return given;
}
