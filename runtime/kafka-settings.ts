/** Settings of Kafka as kafkajs takes them, and the errors of clients as ours. */
import { readFile } from 'node:fs/promises';
import type { KafkaConfig as KafkajsOptions, SASLOptions } from 'kafkajs';
import type { KafkaConfig } from './config.ts';
import { ArterialError } from './errors.ts';
import type { BrokerSockets } from './kafka-socket.ts';

/** The options of a client whose sockets are made so; reads the files that are named. */
export async function kafkajsOptions(
  { brokers, tls, sasl }: KafkaConfig,
  sockets: BrokerSockets,
): Promise<KafkajsOptions> {
  return {
    clientId: 'arterial',
    socketFactory: sockets.connect,
    brokers: [...brokers],
    connectionTimeout: 2_000,
    authenticationTimeout: 5_000,
    requestTimeout: 5_000,
    enforceRequestTimeout: true,
    retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000 },
    ...(tls
      ? {
          ssl: {
            ...(await pem('ARTERIAL_KAFKA_TLS_CA', 'ca', tls.ca)),
            ...(await pem('ARTERIAL_KAFKA_TLS_CERT', 'cert', tls.cert)),
            ...(await pem('ARTERIAL_KAFKA_TLS_KEY', 'key', tls.key)),
          },
        }
      : {}),
    ...(sasl
      ? {
          sasl: {
            mechanism: sasl.mechanism,
            username: sasl.username,
            password: sasl.password.reveal(),
          } as SASLOptions,
        }
      : {}),
  };
}

/** The file of a setting as an option; nothing where none is named. */
async function pem<Option extends string>(
  setting: string,
  option: Option,
  path: string | undefined,
): Promise<Partial<Record<Option, string>>> {
  return path === undefined ? {} : ({ [option]: await readPem(setting, path) } as Record<Option, string>);
}

/** The text of the PEM file that a setting names. */
export async function readPem(setting: string, path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new ArterialError('config.invalid', `${setting} cannot be read: ${cause.message}`, { cause });
  });
  if (!text.includes('-----BEGIN '))
    throw new ArterialError('config.invalid', `${setting} is ${path}; a file in PEM form would be right`);
  return text;
}

const tlsTrouble =
  /certificate|self.signed|CERT_|unable to (get|verify)|altname|alert|SSL routines|wrong version/i;

/** A broker does not say that it wants TLS or a login, or that it has none: it closes the connection. */
const closedHint = '; do ARTERIAL_KAFKA_TLS and ARTERIAL_KAFKA_SASL say what the brokers want?';

/** What an error of a client is: a wrong setting, named, or a log that does not answer. */
export function kafkaError(error: unknown, { brokers, tls, sasl }: KafkaConfig): ArterialError {
  if (error instanceof ArterialError) return error;
  const { name } = error as Error;
  // Which mechanism was used is known, and says nothing about what is wrong.
  const message = (error as Error).message.replace(/ with SASL mechanism \S+/, '');
  const all = `${message} ${(error as { originalError?: Error }).originalError?.message ?? ''}`;
  const wrong = (setting: string): ArterialError =>
    new ArterialError('config.invalid', `${setting} does not fit the brokers: ${message}`, { cause: error });
  if (/SASLAuthentication/.test(name) || /SASL|authentication/i.test(all)) {
    return /credentials/i.test(all) ||
      (sasl !== undefined && !/not enabled|unsupported|not support/i.test(all))
      ? wrong('ARTERIAL_KAFKA_USERNAME or ARTERIAL_KAFKA_PASSWORD')
      : wrong('ARTERIAL_KAFKA_SASL');
  }
  if (tlsTrouble.test(all)) return wrong(tls === undefined ? 'ARTERIAL_KAFKA_TLS' : 'ARTERIAL_KAFKA_TLS_CA');
  if (/ENOTFOUND|EAI_AGAIN|Failed to resolve/.test(all)) return wrong('ARTERIAL_KAFKA_BROKERS');
  const hint = /closed|disconnected/i.test(all) ? closedHint : '';
  return new ArterialError('log.unavailable', `Kafka at ${brokers.join(', ')}: ${message}${hint}`, {
    cause: error,
    canRetry: true,
  });
}
