/** Looks at the progress of all tasks again and again, whatever happens to the database meanwhile. */
import pg from 'pg';
import { machineTimers } from '#runtime/timers.ts';

/** How often it looks. Milliseconds. */
const lookEvery = 50;

interface Seen {
  readonly version: number;
  readonly releasedThrough: number;
}

export class Watch {
  /** How often something of a task has gone back, which it never may. */
  wentBack = 0;
  private readonly url: string;
  private readonly tasks: number;
  private readonly seen = new Map<string, Seen>();
  /** When each task was first seen to have released through a time, by performance.now. */
  private readonly history = new Map<string, { readonly releasedThrough: number; readonly at: number }[]>();
  private readonly ending = new AbortController();
  private readonly followers = new Set<(task: string, version: number) => void>();
  private done: Promise<void> = Promise.resolve();

  constructor(url: string, tasks: number) {
    this.url = url;
    this.tasks = tasks;
  }

  begin(): void {
    this.done = this.look();
  }

  async end(): Promise<void> {
    this.ending.abort();
    await this.done;
  }

  /** How many commits all tasks have made. */
  get commits(): number {
    return [...this.seen.values()].reduce((sum, { version }) => sum + version, 0);
  }

  /** Calls back as soon as a commit is seen; returns how to stop. */
  onCommit(callback: (task: string, version: number) => void): () => void {
    this.followers.add(callback);
    return () => this.followers.delete(callback);
  }

  /** Resolves when `holds` is true, which is asked after each look. */
  async until(holds: () => boolean, withinSeconds = 60): Promise<void> {
    const deadline = performance.now() + withinSeconds * 1000;
    while (!holds()) {
      if (performance.now() > deadline) throw new Error(`waited for ${withinSeconds} s in vain`);
      await machineTimers.sleep(5);
    }
  }

  allReleased(through: number): boolean {
    return (
      this.seen.size === this.tasks &&
      [...this.seen.values()].every(({ releasedThrough }) => releasedThrough >= through)
    );
  }

  /** The tasks that have not released through a time, as text. */
  behind(through: number): string {
    const names = [...this.seen].filter(([, seen]) => seen.releasedThrough < through).map(([name]) => name);
    return `${this.seen.size} of ${this.tasks} tasks have begun; behind are ${names.join(', ') || 'none of them'}`;
  }

  /** Up to what time some task of a processor has released last. */
  releasedLast(processor: string, partitions: number): number {
    const released = Array.from(
      { length: partitions },
      (_, partition) =>
        this.seen.get(`${processor}/${partition}`)?.releasedThrough ?? Number.NEGATIVE_INFINITY,
    );
    return Math.max(...released);
  }

  /** Since when all tasks of a processor have released through a time; undefined when they have not. */
  releasedAt(processor: string, partitions: number, through: number): number | undefined {
    let latest = Number.NEGATIVE_INFINITY;
    for (let partition = 0; partition < partitions; partition++) {
      const moments = this.history.get(`${processor}/${partition}`) ?? [];
      const moment = moments.find(({ releasedThrough }) => releasedThrough >= through);
      if (moment === undefined) return undefined;
      latest = Math.max(latest, moment.at);
    }
    return latest;
  }

  private async look(): Promise<void> {
    let client: pg.Client | undefined;
    while (!this.ending.signal.aborted) {
      try {
        client ??= await this.connect();
        await this.lookOnce(client);
        await machineTimers.sleep(lookEvery, this.ending.signal);
      } catch {
        // The database is away, which may be the fault that is looked at.
        client?.end().catch(() => {});
        client = undefined;
        await machineTimers.sleep(100, this.ending.signal);
      }
    }
    await client?.end().catch(() => {});
  }

  private async connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.url,
      connectionTimeoutMillis: 2_000,
      query_timeout: 5_000,
    });
    client.on('error', () => {});
    await client.connect();
    return client;
  }

  private async lookOnce(client: pg.Client): Promise<void> {
    const { rows } = await client.query<{ task: string; version: string; released: number | null }>(
      `SELECT processor || '/' || partition AS task, version,
         date_part('epoch', released_through) * 1000 AS released FROM progress`,
    );
    const at = performance.now();
    for (const { task, version: text, released } of rows) {
      const version = Number(text);
      const releasedThrough = released ?? Number.NEGATIVE_INFINITY;
      const before = this.seen.get(task);
      if (before && (version < before.version || releasedThrough < before.releasedThrough)) this.wentBack++;
      this.seen.set(task, { version, releasedThrough });
      if (releasedThrough > (before?.releasedThrough ?? Number.NEGATIVE_INFINITY)) {
        const moments = this.history.get(task) ?? [];
        moments.push({ releasedThrough, at });
        this.history.set(task, moments);
      }
      if (before !== undefined && version > before.version)
        for (const follower of this.followers) follower(task, version);
    }
  }
}
