import { expect, it } from 'vitest';
import { readConfig } from './config.ts';
import type { Send } from './kafka-appender.ts';
import { type KafkaClient, KafkaLog } from './kafka-log.ts';
import type { Fetcher } from './kafka-reader.ts';

const { kafka } = readConfig({ ARTERIAL_KAFKA_BROKERS: 'broker:9092' });
const record = (text: string) => ({ key: 'k', value: Buffer.from(text) });

/** A log on a broker that answers on each of two connections when it is told to. */
function open() {
  const sent: string[] = [];
  const answers: { [way in 'send' | 'aside']?: () => void } = {};
  const sendOn =
    (way: 'send' | 'aside'): Send =>
    async (shares) => {
      sent.push(...shares.flatMap(({ records }) => records.map(({ value }) => value.toString())));
      await new Promise<void>((resolve) => {
        answers[way] = resolve;
      });
      return [];
    };
  const none = {} as Fetcher;
  const client: KafkaClient = {
    fetchers: [none, none],
    send: sendOn('send'),
    sendAside: sendOn('aside'),
    listTopics: async () => ['t'],
    createTopics: async () => {},
    countPartitions: async () => 1,
    bounds: async () => ({ first: 0, next: 0 }),
    isSettling: () => false,
    close: async () => {},
  };
  return { log: new KafkaLog(kafka!, client), sent, answers };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('does not have a record wait for heartbeats that are under way', async () => {
  const { log, sent } = open();
  void log.appendTo('t', 0, [record('heartbeat')]);
  await turn();
  void log.append('t', [record('incident')]);
  await turn();
  expect(sent).toEqual(['heartbeat', 'incident']);
});

it('puts a heartbeat behind all that was appended before', async () => {
  const { log, sent, answers } = open();
  void log.append('t', [record('first')]);
  await turn();
  void log.append('t', [record('second')]);
  void log.appendTo('t', 0, [record('heartbeat')]);
  await turn();
  answers.send!();
  await turn();
  expect(sent).toEqual(['first', 'second']);
  answers.send!();
  await turn();
  expect(sent).toEqual(['first', 'second', 'heartbeat']);
});
