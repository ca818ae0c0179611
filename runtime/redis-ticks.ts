/** Who wants to know of changes, in this process and, through Redis, in others. */
import { randomUUID } from 'node:crypto';
import type { OnChange } from './live.ts';
import { RedisConnection } from './redis-connection.ts';
import type { RedisServer } from './redis-settings.ts';

/** What has changed: of which kind, and which things of it; undefined when that is not known. */
export type Change = readonly [kind: string, ids: readonly string[] | undefined];

/** A connection that only listens would not see that the other end has gone; so it asks. Milliseconds. */
const askEvery = 5_000;

export class RedisTicks {
  /** Begins this process's own messages, which it need not hear. */
  readonly sender = randomUUID();
  private readonly channel: string;
  private readonly connection: RedisConnection;
  /** How often listening has begun, while every change is heard of. */
  hearing: number | undefined;
  private begun = 0;
  private readonly callbacks = new Set<OnChange>();
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
      () => {
        this.hearing = undefined;
      },
    );
    this.asking = setInterval(
      () => void this.connection.ask((client) => client.ping()).catch(() => {}),
      askEvery,
    );
    this.asking.unref();
  }

  onChange(callback: OnChange): () => void {
    // Wrapped, so that a function given twice is called twice and each is stopped by itself.
    const own: OnChange = (kind, ids) => callback(kind, ids);
    this.callbacks.add(own);
    return () => this.callbacks.delete(own);
  }

  /** Each kind is told of once. */
  tell(changes: readonly Change[]): void {
    const byKind = new Map<string, readonly string[] | undefined>();
    for (const [kind, ids] of changes) {
      const before = byKind.has(kind) ? byKind.get(kind) : [];
      byKind.set(kind, ids && before && [...before, ...ids]);
    }
    for (const [kind, ids] of byKind) {
      this.kinds.add(kind);
      for (const callback of this.callbacks) callback(kind, ids);
    }
  }

  close(): void {
    this.hearing = undefined;
    clearInterval(this.asking);
    this.callbacks.clear();
    this.connection.close();
    this.firstTry();
  }

  private async listen(): Promise<void> {
    try {
      await this.connection.listen(this.channel, (message) => {
        const [sender, kind = ''] = message.split(' ', 2);
        if (sender !== this.sender)
          this.tell([[kind, idsIn(message.slice(sender!.length + kind.length + 2))]]);
      });
      this.hearing = ++this.begun;
    } finally {
      this.firstTry();
    }
    // Whatever changed while nobody listened has not been told.
    if (this.hasListened) this.tell([...this.kinds].map((kind) => [kind, undefined]));
    this.hasListened = true;
  }
}

/** The ids of a message, which one from an older process has not. */
const idsIn = (text: string): readonly string[] | undefined =>
  text === '' ? undefined : (JSON.parse(text) as readonly string[]);
