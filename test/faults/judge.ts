/** What has come of a city, against what an undisturbed one would be. */
import { Redis } from 'ioredis';
import { newestValues } from '#commands/open-live.ts';
import { canonicalJson } from '#runtime/canonical-json.ts';
import { deficitOf } from '#runtime/deficit.ts';
import type { MeasureStore } from '#runtime/measures.ts';
import { liveKeys } from '#runtime/redis-scripts.ts';
import { machineTimers } from '#runtime/timers.ts';
import { tables } from '#schemas/tables.ts';
import type { City } from './city.ts';
import { compare, type Expectation } from './oracle.ts';

export interface Judgement {
  /** Records that are missing in the ledgers, or that stand in the log and were not read. */
  readonly deficit: number;
  /** Rows that differ from the expectation, things in Redis that differ from the store, and what went back. */
  readonly differences: number;
  /** The first few, as text. */
  readonly first: readonly string[];
}

/** How long ledgers and Redis may take to follow the tables. Milliseconds. */
const followWithin = 15_000;

/** Once a city has settled. */
export async function judge(city: City, expectation: Expectation): Promise<Judgement> {
  const deficit = await untilNothingMisses(city.store);
  const tablesDiffer = await compare(city.store, expectation);
  const liveDiffer = await untilEqual(() => liveDifferences(city.store, city.redisUrl));
  const { wentBack } = city.watch;
  return {
    deficit,
    differences: tablesDiffer.rows + liveDiffer.length + wentBack,
    first: [
      ...tablesDiffer.first,
      ...liveDiffer.slice(0, 3),
      ...(wentBack > 0 ? [`${wentBack} times a task went back`] : []),
    ],
  };
}

/** What the ledgers miss by their own account, and by the positions of the log, which count every record. */
export async function missingIn(store: MeasureStore): Promise<number> {
  let missing = 0;
  for (const { ledger, topics } of await store.listProgress()) {
    const passed = topics.reduce((sum, { processedTo, lost = 0 }) => sum + processedTo - lost, 0);
    missing += Math.abs(deficitOf({ ledger, topics })) + Math.abs(passed - ledger.read);
  }
  return missing;
}

/** A task that was taken over a moment ago goes over some records again, which its ledger does not know till then. */
async function untilNothingMisses(store: MeasureStore): Promise<number> {
  const deadline = performance.now() + followWithin;
  for (;;) {
    const missing = await missingIn(store);
    if (missing === 0 || performance.now() > deadline) return missing;
    await machineTimers.sleep(200);
  }
}

/** The things whose live state is not that of the newest row in the store. */
export async function liveDifferences(store: MeasureStore, redisUrl: string): Promise<string[]> {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 1 });
  redis.on('error', () => {});
  try {
    const keys = liveKeys('arterial:', Number(new URL(redisUrl).pathname.slice(1)));
    const wanted = new Map<string, string>();
    for (const { kind, id, version, value } of await newestValues(store))
      wanted.set(`${kind} ${id}`, canonicalJson([version, value]));
    const found = new Map<string, string>();
    for (const kind of new Set(tables.flatMap(({ live }) => live?.kind ?? [])))
      for (const [id, text] of Object.entries(await redis.hgetall(keys.of(kind))))
        found.set(`${kind} ${id}`, canonicalJson(JSON.parse(text)));
    return [...new Set([...wanted.keys(), ...found.keys()])]
      .filter((name) => wanted.get(name) !== found.get(name))
      .map(
        (name) =>
          `live ${name}: ${found.get(name) ?? 'is missing'}; the store has ${wanted.get(name) ?? 'none'}`,
      );
  } finally {
    redis.disconnect();
  }
}

async function untilEqual(differences: () => Promise<string[]>): Promise<string[]> {
  const deadline = performance.now() + followWithin;
  for (;;) {
    const differ = await differences().catch((failure: Error) => [`live state: ${failure.message}`]);
    if (differ.length === 0 || performance.now() > deadline) return differ;
    await machineTimers.sleep(200);
  }
}
