import { describe, expect, it } from 'vitest';
import type { Part } from './kafka-produce.ts';
import { sendShares } from './kafkajs-sender.ts';

const record = (text: string) => ({ key: 'k', value: Buffer.from(text) });
const share = (partition: number, ...texts: string[]) => ({
  topic: 't',
  partition,
  records: texts.map(record),
});
const trouble = (retriable: boolean): Error => Object.assign(new Error('trouble'), { retriable });

/** Brokers of which node `n` leads partition `n`; the errors of a node come first, one for each of its requests. */
function brokers(errors: Readonly<Record<string, Error[]>> = {}) {
  const requests: string[] = [];
  let refreshed = 0;
  return {
    requests,
    refreshed: () => refreshed,
    leaderOf: async (_topic: string, partition: number) => String(partition),
    async produce(node: string, parts: readonly Part[]) {
      for (const { records } of parts)
        requests.push(`${node}: ${records.map(({ value }) => value).join(' ')}`);
      const error = errors[node]?.shift();
      if (error) throw error;
      return parts.map(({ topic, partition }) => ({ topic, partition, position: 100 }));
    },
    async refresh() {
      refreshed++;
    },
    async retry<Result>(
      work: (bail: (error: unknown) => void) => Promise<Result>,
    ): Promise<Result | undefined> {
      for (let tries = 0; ; tries++) {
        let final: unknown;
        try {
          const result = await work((error) => {
            final = error;
          });
          if (final === undefined) return result;
        } catch (error) {
          if (tries === 2) throw error;
        }
        if (final !== undefined) throw final;
      }
    },
  };
}

describe('what is appended to Kafka', () => {
  it('goes to who leads it, all of a partition in order and as one', async () => {
    const cluster = brokers();
    const sent = await sendShares(cluster, [share(0, 'a', 'b'), share(1, 'c'), share(0, 'd')]);
    expect(cluster.requests).toEqual(['0: a b d', '1: c']);
    expect(sent).toEqual([
      { topic: 't', partition: 0, next: 103 },
      { topic: 't', partition: 1, next: 101 },
    ]);
  });

  it('is sent again where no answer came, and there alone, once it was asked who leads', async () => {
    const cluster = brokers({ 1: [trouble(true)] });
    const sent = await sendShares(cluster, [share(0, 'a'), share(1, 'b'), share(2, 'c')]);
    expect(cluster.requests).toEqual(['0: a', '1: b', '2: c', '1: b']);
    expect(sent.map(({ partition }) => partition).sort()).toEqual([0, 1, 2]);
    expect(cluster.refreshed()).toBe(1);
  });

  it('is not sent again after an error that stays', async () => {
    const cluster = brokers({ 0: [trouble(false)] });
    await expect(sendShares(cluster, [share(0, 'a')])).rejects.toThrow('trouble');
    expect(cluster.requests).toEqual(['0: a']);
  });
});
