/** How far the consumer group is behind, again and again. */
import { type Admin, Kafka, logLevel } from 'kafkajs';

export interface LagSample {
  /** Seconds, from whenever. */
  readonly at: number;
  /** Records of all partitions of all topics that are not committed to the group. */
  readonly records: number;
  /** Those of them that the devices have sent. */
  readonly raw: number;
}

export class LagWatch {
  private readonly admin: Admin;
  private readonly groupId: string;
  private readonly topics: readonly string[];
  private readonly rawTopics: readonly string[];

  constructor(
    brokers: string,
    groupId: string,
    rawTopics: readonly string[],
    derivedTopics: readonly string[],
  ) {
    this.admin = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING }).admin();
    this.groupId = groupId;
    this.rawTopics = rawTopics;
    this.topics = [...rawTopics, ...derivedTopics];
  }

  begin(): Promise<void> {
    return this.admin.connect();
  }

  async sample(): Promise<LagSample> {
    const ends = await Promise.all(this.topics.map((topic) => this.admin.fetchTopicOffsets(topic)));
    const committed = await this.admin.fetchOffsets({ groupId: this.groupId, topics: [...this.topics] });
    const at = performance.now() / 1000;
    const read = new Map(
      committed.flatMap(({ topic, partitions }) =>
        partitions.map(({ partition, offset }) => [`${topic}/${partition}`, Number(offset)] as const),
      ),
    );
    let [records, raw] = [0, 0];
    this.topics.forEach((topic, i) => {
      for (const { partition, offset, low } of ends[i]!) {
        // -1 where nothing was committed yet.
        const from = read.get(`${topic}/${partition}`) ?? -1;
        const behind = Number(offset) - (from >= 0 ? from : Number(low));
        records += behind;
        if (this.rawTopics.includes(topic)) raw += behind;
      }
    });
    return { at, records, raw };
  }

  end(): Promise<void> {
    return this.admin.disconnect();
  }
}

/** By how much it grows, by least squares. Records a second. */
export function growthOf(samples: readonly LagSample[]): number {
  const mean = (of: (sample: LagSample) => number): number =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const [at, records] = [mean((sample) => sample.at), mean((sample) => sample.records)];
  let [products, squares] = [0, 0];
  for (const sample of samples) {
    products += (sample.at - at) * (sample.records - records);
    squares += (sample.at - at) ** 2;
  }
  return squares > 0 ? products / squares : Number.NaN;
}
