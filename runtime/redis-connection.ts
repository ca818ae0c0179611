/** A connection to Redis that comes back by itself. Who asks it for something is answered in time, or told why not. */
import { type ChainableCommander, Redis } from 'ioredis';
import { ArterialError } from './errors.ts';
import { type RedisServer, wrongSetting } from './redis-settings.ts';
import { RedisSocket } from './redis-socket.ts';

/** Longest time for an answer. Milliseconds. */
export const answerWithin = 2_000;
/** Longest time to connect, shorter than an answer, so that who waits for one is told why. Milliseconds. */
const connectWithin = 1_500;
/** A connection on which nothing has come for so long, though something was asked, is given up. Milliseconds. */
const silenceAtMost = 3_000;
/** Longest time between two tries to connect. Milliseconds. */
const connectEvery = 1_000;

export class RedisConnection {
  /** The setting that must be wrong, as the server's refusal shows. */
  refusal: ArterialError | undefined;
  private readonly server: RedisServer;
  private readonly client: Redis;
  /** Differs after each start of the server; undefined while it is away. */
  private run: string | undefined;
  private hasBeenReady = false;
  private trouble = 'not connected yet';
  private readonly waiting = new Set<() => void>();

  /** `ready` is called at each connection, once the server can be asked; `lost` when it has gone. */
  constructor(server: RedisServer, ready: () => void, lost: (failure: ArterialError) => void) {
    this.server = server;
    this.client = new Redis({
      ...server.options,
      Connector: RedisSocket,
      connectionName: 'arterial',
      connectTimeout: connectWithin,
      commandTimeout: answerWithin,
      socketTimeout: silenceAtMost,
      disconnectTimeout: 500,
      retryStrategy: (turn) => Math.min(50 * 2 ** Math.min(turn, 10), connectEvery),
      // What is not answered is asked again by whoever asked, who knows best what is newest by then.
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      autoResubscribe: false,
      maxRetriesPerRequest: 0,
      // A server that has become a copy of another takes no more writes: its name may lead to the other by now.
      reconnectOnError: (error) => error.message.startsWith('READONLY'),
    });
    this.client.on('connect', () => {
      this.trouble = `it closed the connection${this.guess('ECONNRESET')}`;
      this.refusal = undefined;
    });
    this.client.on('error', (failure: Error) => this.complain(failure));
    this.client.on('ready', () => void this.greet(ready));
    this.client.on('close', () => {
      const wasReady = this.run !== undefined;
      this.run = undefined;
      if (wasReady) lost(this.away());
    });
  }

  get isReady(): boolean {
    return this.run !== undefined;
  }

  /** Differs after each start of the server. */
  get serverRun(): string {
    return this.run ?? 'away';
  }

  /** Resolves to whether the server can be asked: when it can, when it refuses, or after so many milliseconds. */
  async readyWithin(milliseconds: number): Promise<boolean> {
    // Not at once because of an earlier refusal: who tries again and again would leave no time for the next one.
    if (this.isReady) return true;
    let wake = (): void => {};
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    this.waiting.add(wake);
    await within(woken, milliseconds);
    this.waiting.delete(wake);
    return this.isReady;
  }

  /** Asks for something; what Redis or the way to it does not do is `live.unavailable`. */
  async ask<Reply>(question: (client: Redis) => Promise<Reply>): Promise<Reply> {
    if (!this.isReady) throw this.away();
    try {
      return await question(this.client);
    } catch (failure) {
      throw this.unavailable(this.reasonOf(failure as Error));
    }
  }

  /** Asks for several things at one moment. */
  async askTogether(questions: (batch: ChainableCommander) => ChainableCommander): Promise<unknown[]> {
    const replies = await this.ask((client) => questions(client.multi()).exec());
    return (replies ?? []).map(([failure, reply]) => {
      if (failure !== null) throw this.unavailable(this.reasonOf(failure));
      return reply;
    });
  }

  /** Listens on a channel for as long as this connection lasts. */
  async listen(channel: string, hear: (message: string) => void): Promise<void> {
    this.client.removeAllListeners('message');
    this.client.on('message', (_, message: string) => hear(message));
    await this.ask((client) => client.subscribe(channel));
  }

  /** Why Redis cannot be asked. */
  away(): ArterialError {
    return this.unavailable(this.trouble);
  }

  unavailable(reason: string): ArterialError {
    // Without the cause, which holds the parameters of the command, and the password among them.
    return new ArterialError('live.unavailable', `Redis at ${this.server.address}: ${reason}`, {
      canRetry: true,
    });
  }

  close(): void {
    this.client.disconnect();
    this.wakeAll();
  }

  /** Learns which run of the server this is. */
  private async greet(ready: () => void): Promise<void> {
    const info = await this.client.info('server').catch((failure: Error) => {
      this.complain(failure);
    });
    const run = /^run_id:(\w+)/m.exec(info ?? '')?.[1];
    // A number of a database that does not exist is refused too, and leaves the client in another database.
    if (run === undefined || this.refusal !== undefined) {
      this.client.disconnect(true);
      return;
    }
    this.run = run;
    this.hasBeenReady = true;
    ready();
    this.wakeAll();
  }

  private complain(failure: Error): void {
    const code = 'code' in failure ? String(failure.code) : failure.name;
    this.trouble = (failure.message || code) + this.guess(code);
    this.refusal = wrongSetting(failure, this.server);
    if (this.refusal !== undefined) this.wakeAll();
  }

  /** With TLS on one side only, neither understands the other: the one waits for more, or hangs up. */
  private guess(code: string): string {
    if (this.hasBeenReady || !['ETIMEDOUT', 'ECONNRESET', 'EPIPE'].includes(code)) return '';
    return this.server.options.tls === undefined
      ? ' (redis:// would be wrong if it wants TLS)'
      : ' (rediss:// would be wrong if it has no TLS)';
  }

  private wakeAll(): void {
    for (const wake of this.waiting) wake();
  }

  /** What ioredis says of a lost connection is about its own retries. */
  private reasonOf({ name, message }: Error): string {
    if (message === 'Command timed out') return `no answer within ${answerWithin / 1000} s`;
    if (name === 'MaxRetriesPerRequestError' || /writeable|Connection is closed/.test(message))
      return this.trouble;
    return message;
  }
}

/** Waits for a promise, but not longer than so many milliseconds; resolves to whether it came in time. */
export async function within(promise: Promise<unknown>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
