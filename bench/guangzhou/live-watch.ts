/** When the minute of each link appears in live state, for whoever reads it there. */
import { Redis } from 'ioredis';
import type { LinkId } from '#domain/network.ts';

/** Names as the roles have them without a prefix of their own, in database 0. */
const [channel, key] = ['arterial:live-changed:0', 'arterial:live:link'];
const askedTogether = 2_000;

/** A minute of a link that has appeared. */
export interface Appeared {
  readonly windowStart: number;
  /** By the clock of the machine. Milliseconds since 1970. */
  readonly seenAt: number;
}

export class LiveWatch {
  readonly appeared: Appeared[] = [];
  private readonly listener: Redis;
  private readonly asker: Redis;
  /** Newest window seen, by link. */
  private readonly newest: Map<LinkId, number>;
  /** Links that have changed, and are yet to be asked for. */
  private changed = new Set<LinkId>();
  private asking: Promise<void> | undefined;

  private constructor(url: string, links: readonly LinkId[]) {
    this.listener = new Redis(url);
    this.asker = new Redis(url);
    this.newest = new Map(links.map((link) => [link, 0]));
  }

  /** Watches some links: they are asked for when they have changed. */
  static async begin(url: string, links: readonly LinkId[]): Promise<LiveWatch> {
    const watch = new LiveWatch(url, links);
    watch.listener.on('message', (_, message: string) => watch.hear(message));
    await watch.listener.subscribe(channel);
    return watch;
  }

  async end(): Promise<void> {
    await this.asking;
    this.listener.disconnect();
    this.asker.disconnect();
  }

  /** A message is the sender, the kind, and the ids as JSON. */
  private hear(message: string): void {
    const [sender, kind] = message.split(' ', 2) as [string, string];
    if (kind !== 'link') return;
    const ids = JSON.parse(message.slice(sender.length + kind.length + 2)) as LinkId[];
    for (const id of ids) if (this.newest.has(id)) this.changed.add(id);
    this.asking ??= this.ask().finally(() => {
      this.asking = undefined;
    });
  }

  /** Asks for those that have changed, again as long as more do meanwhile. */
  private async ask(): Promise<void> {
    while (this.changed.size > 0) {
      const links = [...this.changed].slice(0, askedTogether);
      for (const link of links) this.changed.delete(link);
      await this.look(links);
    }
  }

  private async look(links: readonly LinkId[]): Promise<void> {
    const texts = await this.asker.hmget(key, ...links);
    const seenAt = Date.now();
    texts.forEach((text, i) => {
      // `[[1717200000000,2],{...}]`: the begin of the window, then the revision.
      const windowStart = text === null ? 0 : Number(text.slice(2, text.indexOf(',')));
      if (windowStart <= this.newest.get(links[i]!)!) return;
      this.newest.set(links[i]!, windowStart);
      this.appeared.push({ windowStart, seenAt });
    });
  }
}
