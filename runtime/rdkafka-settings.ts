/** Settings of Kafka as librdkafka takes them, and what it says of its troubles. */
import type { KafkaConfig } from './config.ts';
import { ArterialError } from './errors.ts';
import { readPem } from './kafka-settings.ts';
import { addRdkafka, codeOf, type RdkafkaHandle, type RdkafkaOptions } from './rdkafka-module.ts';

/** What producers and consumers have in common; reads the files that are named. */
export async function rdkafkaOptions({ brokers, tls, sasl }: KafkaConfig): Promise<RdkafkaOptions> {
  const options: Record<string, string | number> = {
    'client.id': 'arterial',
    'metadata.broker.list': brokers.join(','),
    'security.protocol': `${sasl ? 'sasl_' : ''}${tls ? 'ssl' : 'plaintext'}`,
    'socket.timeout.ms': 10_000,
    'socket.connection.setup.timeout.ms': 5_000,
    'reconnect.backoff.max.ms': 1_000,
  };
  const pem = async (option: string, setting: string, path: string | undefined): Promise<void> => {
    if (path !== undefined) options[option] = await readPem(setting, path);
  };
  await pem('ssl.ca.pem', 'ARTERIAL_KAFKA_TLS_CA', tls?.ca);
  await pem('ssl.certificate.pem', 'ARTERIAL_KAFKA_TLS_CERT', tls?.cert);
  await pem('ssl.key.pem', 'ARTERIAL_KAFKA_TLS_KEY', tls?.key);
  if (sasl !== undefined) {
    options['sasl.mechanism'] = sasl.mechanism.toUpperCase();
    options['sasl.username'] = sasl.username;
    options['sasl.password'] = sasl.password.reveal();
  }
  return options;
}

/** Throws `config.invalid` where TLS or a login is asked for and librdkafka was built without it. */
export function checkFeatures({ tls, sasl }: KafkaConfig, features: readonly string[]): void {
  const wanted = [
    ...(tls ? ['ssl'] : []),
    ...(sasl ? [sasl.mechanism === 'plain' ? 'sasl_plain' : 'sasl_scram'] : []),
  ];
  const missing = wanted.filter((feature) => !features.includes(feature));
  if (missing.length > 0)
    throw new ArterialError(
      'config.invalid',
      `librdkafka was built without ${missing.join(' and ')}; install the headers of OpenSSL, then ${addRdkafka}`,
    );
}

/** A producer whose retries neither double nor reorder; it outlasts the restart of a broker. */
export const producerOptions: RdkafkaOptions = {
  dr_cb: true,
  'enable.idempotence': true,
  'message.timeout.ms': 60_000,
  'message.max.bytes': 1_048_576,
  'queue.buffering.max.messages': 1_000_000,
  'linger.ms': 1,
};

/** A consumer that belongs to no group and commits nothing: places are the business of who reads. */
export const consumerOptions: RdkafkaOptions = {
  'enable.auto.commit': false,
  'enable.auto.offset.store': false,
  'enable.partition.eof': true,
  'check.crcs': true,
  // How long a broker may hold back its answer, and with it a change of what is asked for.
  'fetch.wait.max.ms': 100,
  'fetch.error.backoff.ms': 100,
  // A queue that was full is filled again at once; by default that takes a second.
  'fetch.queue.backoff.ms': 5,
  // What is fetched ahead of each partition. Kilobytes.
  'queued.max.messages.kbytes': 2_048,
};

/** A place that a partition does not have is an error, and never silently another one. */
export const consumerTopicOptions: RdkafkaOptions = { 'auto.offset.reset': 'error' };

/** Hears what librdkafka says of its connections, since its errors alone say only that there is one. */
export class Troubles {
  private last: string | undefined;

  listenTo(handle: RdkafkaHandle): void {
    handle.on('event.log', ({ message }) => {
      this.last = message.replace(/^(\[thrd:[^\]]*\]: )?(\S+:\d+\/\S+: )?/, '');
    });
    // Every error is told to whoever waits for something; without a listener it would end the process.
    handle.on('event.error', () => {});
  }

  /** The error with what is behind it. */
  explain(error: unknown): unknown {
    if (!(error instanceof Error) || this.last === undefined || codeOf(error) >= 0) return error;
    const reason = this.last.replace(/ \(after \d+ms.*\)$/, '');
    return Object.assign(new Error(`${error.message}: ${reason}`, { cause: error }), { code: codeOf(error) });
  }
}
