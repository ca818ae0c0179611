/** What of live state this process has asked for, kept up to date by what it hears of changes. */
import type { LiveState, LiveValue } from './live.ts';

/** Changes of one kind that nobody has looked at; more than these, and all of it is read again. */
const changesMost = 5_000;
/** Things that are read at once, so that others have their turn. */
const readTogether = 1_000;

interface Kept {
  readonly values: Map<string, LiveValue>;
  /** All of them by id; made anew after a change. */
  list: readonly LiveValue[] | undefined;
  /** Ids of what has changed since it was read; undefined when nothing has been read yet. */
  changed: Set<string> | undefined;
  reading: Promise<void> | undefined;
}

/**
 * Live state for those who read much: what was read once is read again only as far as it has changed. It is as new as
 * what has been heard. While changes are not heard of, everything is read where it is.
 */
export function mirrorLive(live: LiveState): LiveState {
  const mirror = new Mirror(live);
  const stop = live.onChange((kind, ids) => mirror.note(kind, ids));
  return {
    put: (values) => live.put(values),
    catchUp: () => live.catchUp(),
    get: (kind, id) => (mirror.isUsable() ? mirror.get(kind, id) : live.get(kind, id)),
    getSome: (kind, ids) => live.getSome(kind, ids),
    list: (kind) => (mirror.isUsable() ? mirror.list(kind) : live.list(kind)),
    onChange: (callback) => live.onChange(callback),
    get hearing() {
      return live.hearing;
    },
    async close() {
      stop();
      await live.close();
    },
  };
}

class Mirror {
  private readonly live: LiveState;
  private kinds = new Map<string, Kept>();
  private hearing: number | undefined;

  constructor(live: LiveState) {
    this.live = live;
  }

  /** Whether changes are heard of; if some may not have been, nothing that was read before counts. */
  isUsable(): boolean {
    const { hearing } = this.live;
    if (hearing !== this.hearing) this.kinds = new Map();
    this.hearing = hearing;
    return hearing !== undefined;
  }

  /** All of a kind, by id: the same array until something has changed. */
  async list(kind: string): Promise<readonly LiveValue[]> {
    const kept = await this.current(kind);
    kept.list ??= [...kept.values.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    return kept.list;
  }

  async get(kind: string, id: string): Promise<LiveValue | undefined> {
    return (await this.current(kind)).values.get(id);
  }

  /** Notes that these things of a kind may have changed; all of it, when nobody knows which. */
  note(kind: string, ids: readonly string[] | undefined): void {
    const kept = this.kinds.get(kind);
    // What has not been read will be read as it is then; a read under way began before this change.
    if (kept === undefined) return;
    if (ids === undefined || (kept.changed?.size ?? 0) + ids.length > changesMost) this.kinds.delete(kind);
    else for (const id of ids) kept.changed?.add(id);
  }

  /** A kind as it was when this was called, or later. */
  private async current(kind: string): Promise<Kept> {
    let kept = this.kinds.get(kind);
    if (kept === undefined) {
      kept = { values: new Map(), list: undefined, changed: undefined, reading: undefined };
      this.kinds.set(kind, kept);
    }
    // A read that is under way may have passed by what has changed since: the one after it has not.
    for (let round = 0; round < 2 && isBehind(kept); round++) {
      kept.reading ??= this.update(kind, kept);
      await kept.reading;
    }
    return kept;
  }

  private async update(kind: string, kept: Kept): Promise<void> {
    const { changed } = kept;
    kept.changed = new Set();
    try {
      if (changed === undefined) for (const value of await this.live.list(kind)) put(kept, value);
      else await this.updateSome(kind, kept, [...changed]);
    } catch (error) {
      if (this.kinds.get(kind) === kept) this.kinds.delete(kind);
      throw error;
    } finally {
      kept.reading = undefined;
    }
  }

  private async updateSome(kind: string, kept: Kept, ids: readonly string[]): Promise<void> {
    for (let first = 0; first < ids.length; first += readTogether) {
      const some = ids.slice(first, first + readTogether);
      const found = await this.live.getSome(kind, some);
      const there = new Set(found.map(({ id }) => id));
      for (const id of some) if (!there.has(id)) kept.values.delete(id);
      for (const value of found) put(kept, value);
    }
    kept.list = undefined;
  }
}

const isBehind = ({ changed, reading }: Kept): boolean =>
  reading !== undefined || changed === undefined || changed.size > 0;

function put({ values }: Kept, value: LiveValue): void {
  values.set(value.id, value);
}
