/** Who wants to know of changes, in this process and, through Redis, in others. */
import { randomUUID } from 'node:crypto';
import { RedisConnection } from './redis-connection.ts';
import type { RedisServer } from './redis-settings.ts';

/** A connection that only listens would not see that the other end has gone; so it asks. Milliseconds. */
const askEvery = 5_000;

export class RedisTicks {
  /** Begins this process's own messages, which it need not hear. */
  readonly sender = randomUUID();
  private readonly channel: string;
  private readonly connection: RedisConnection;
  private readonly callbacks = new Set<(kind: string) => void>();
  private readonly kinds = new Set<string>();
  private readonly asking: NodeJS.Timeout;
  private hasListened = false;
  private firstTry = (): void => {};
  /** Resolves when this process has begun to listen, or has failed to. */
  readonly started: Promise<void>;

  constructor(server: RedisServer, channel: string, notice: (message: string) => void) {
    this.channel = channel;
    this.started = new Promise((resolve) => {
      this.firstTry = resolve;
    });
    this.connection = new RedisConnection(
      server,
      () =>
        void this.listen().catch((failure: Error) => notice(`changes are not heard of: ${failure.message}`)),
      () => {},
    );
    this.asking = setInterval(
      () => void this.connection.ask((client) => client.ping()).catch(() => {}),
      askEvery,
    );
    this.asking.unref();
  }

  onChange(callback: (kind: string) => void): () => void {
    // Wrapped, so that a function given twice is called twice and each is stopped by itself.
    const own = (kind: string): void => callback(kind);
    this.callbacks.add(own);
    return () => this.callbacks.delete(own);
  }

  tell(kinds: Iterable<string>): void {
    for (const kind of kinds) {
      this.kinds.add(kind);
      for (const callback of this.callbacks) callback(kind);
    }
  }

  close(): void {
    clearInterval(this.asking);
    this.callbacks.clear();
    this.connection.close();
    this.firstTry();
  }

  private async listen(): Promise<void> {
    try {
      await this.connection.listen(this.channel, (message) => {
        const [sender, kind = ''] = message.split(' ', 2);
        if (sender !== this.sender) this.tell([kind]);
      });
    } finally {
      this.firstTry();
    }
    // Whatever changed while nobody listened has not been told.
    if (this.hasListened) this.tell([...this.kinds]);
    this.hasListened = true;
  }
}
