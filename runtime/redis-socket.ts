import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AbstractConnector, type RedisOptions } from 'ioredis';

/**
 * Opens the socket of a connection to Redis. ioredis listens to the first error of a socket alone, but TLS may have
 * a second one when the first has already ended it, and an error that nobody listens to ends the program.
 */
export class RedisSocket extends AbstractConnector {
  private readonly options: RedisOptions;

  constructor(options: unknown) {
    super((options as RedisOptions).disconnectTimeout ?? 0);
    this.options = options as RedisOptions;
  }

  // The answer comes later, since ioredis expects nothing of the socket before its own next step.
  async connect(): Promise<typeof this.stream> {
    this.connecting = true;
    await new Promise((resolve) => process.nextTick(resolve));
    if (!this.connecting) throw new Error('Connection is closed.');
    const { host = 'localhost', port = 6379, tls } = this.options;
    this.stream = tls === undefined ? connect({ host, port }) : connectTls({ ...tls, host, port });
    this.stream.on('error', (failure) => {
      this.firstError = failure;
    });
    return this.stream;
  }
}
