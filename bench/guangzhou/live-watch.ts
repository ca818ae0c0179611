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
  private asking: Promise<void> | undefined;
  private hasChanged = false;

  private constructor(url: string, links: readonly LinkId[]) {
    this.listener = new Redis(url);
    this.asker = new Redis(url);
    this.newest = new Map(links.map((link) => [link, 0]));
  }

  /** Watches some links: each change of any link makes them be asked for. */
  static async begin(url: string, links: readonly LinkId[]): Promise<LiveWatch> {
    const watch = new LiveWatch(url, links);
    watch.listener.on('message', (_, message: string) => {
      // The sender, the kind, and the ids as JSON.
      if (message.split(' ', 2)[1] === 'link') watch.askSoon();
    });
    await watch.listener.subscribe(channel);
    return watch;
  }

  async end(): Promise<void> {
    await this.asking;
    this.listener.disconnect();
    this.asker.disconnect();
  }

  private askSoon(): void {
    this.hasChanged = true;
    this.asking ??= this.ask().finally(() => {
      this.asking = undefined;
    });
  }

  /** Asks for those that are behind the newest window of any, again as long as something changes meanwhile. */
  private async ask(): Promise<void> {
    while (this.hasChanged) {
      this.hasChanged = false;
      const most = Math.max(...this.newest.values());
      const behind = [...this.newest].filter(([, window]) => window < most).map(([link]) => link);
      const links = behind.length > 0 ? behind : [...this.newest.keys()];
      for (let i = 0; i < links.length; i += askedTogether)
        await this.look(links.slice(i, i + askedTogether));
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
