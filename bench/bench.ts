/** Runs pairs and single subjects on servers that they share. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readConfig } from '#runtime/config.ts';
import { makeCity, writeReference } from './city.ts';
import type { Load, Pair, PairResult, Single, SingleResult } from './comparison.ts';
import { type Drain, drain } from './drain.ts';
import { startAt } from './jobs.ts';
import { cpuPerMillion, orderOf } from './paired.ts';
import { type Preloaded, preload } from './preload.ts';
import type { Cpus, Servers } from './servers.ts';
import type { Subject } from './subject.ts';
import { arterial } from './subjects/arterial.ts';

export interface BenchOptions {
  readonly servers: Servers;
  /** Undefined where servers and subjects cannot be kept apart. */
  readonly cpus: Cpus | undefined;
  /** Where peers are built, and kept. */
  readonly buildFolder: string;
  readonly seed: number;
  /** Of the minutes of every load: below 1 for a quick look. */
  readonly scale: number;
  readonly note: (line: string) => void;
}

const partitions = 4;
const longestSeconds = 900;

interface Filled {
  readonly load: Load;
  readonly preloaded: Preloaded;
  readonly reference: string;
}

export class Bench {
  private readonly options: BenchOptions;
  private readonly built = new Set<string>();

  constructor(options: BenchOptions) {
    this.options = options;
  }

  async pair(pair: Pair, rounds: number): Promise<PairResult> {
    const { note } = this.options;
    const filled = await this.fill(pair.name, pair.load);
    const runs: Record<'ours' | 'theirs', Drain[]> = { ours: [], theirs: [] };
    for (const whose of orderOf(rounds)) {
      const subject = whose === 'ours' ? arterial : pair.peer;
      const result = await this.drain(subject, filled, false);
      note(`${pair.name}, round ${runs[whose].length + 1}: ${said(result)}`);
      runs[whose].push(result);
    }
    await this.empty(filled);
    return { pair, readings: filled.preloaded.readings, ...runs };
  }

  async single(single: Single): Promise<SingleResult> {
    const filled = await this.fill(single.name, single.load);
    const result = await this.drain(arterial, filled, single.isWhole);
    this.options.note(`${single.name}: ${said(result)}`);
    await this.empty(filled);
    return { single, readings: filled.preloaded.readings, drain: result };
  }

  /** Has each subject killed once in each round, in another minute; what came of it, subject by subject. */
  async kills(name: string, load: Load, subjects: readonly Subject[], rounds: number): Promise<Drain[][]> {
    const filled = await this.fill(name, load);
    const all: Drain[][] = [];
    for (const subject of subjects) {
      const runs: Drain[] = [];
      for (let round = 1; round <= rounds; round++) {
        const killedIn = startAt + 60_000 * Math.floor((filled.load.minutes * round) / (rounds + 1));
        const result = await this.drain(subject, filled, false, killedIn);
        const seconds = result.recoverySeconds?.toFixed(1) ?? '-';
        this.options.note(`${name}, round ${round}: ${subject.name} goes on after ${seconds} s`);
        runs.push(result);
      }
      all.push(runs);
    }
    await this.empty(filled);
    return all;
  }

  private async fill(name: string, given: Load): Promise<Filled> {
    const { servers, seed, scale, note } = this.options;
    // A window of five minutes must end within a feed of hops.
    const least = given.job === 'hop' ? 8 : 2;
    const load = { ...given, minutes: Math.max(least, Math.round(given.minutes * scale)) };
    const reference = join(servers.folder, `reference-${name}`);
    await mkdir(reference, { recursive: true });
    await writeReference(makeCity(load.detectors, load.job), reference);
    const { kafka } = readConfig({
      ARTERIAL_KAFKA_BROKERS: servers.brokers,
      ARTERIAL_KAFKA_PREFIX: `bench-${name}.`,
    });
    const began = performance.now();
    let told = 0;
    const preloaded = await preload({
      kafka: kafka!,
      partitions,
      ...load,
      seed,
      progress: (share) => {
        if (share < told + 0.25) return;
        told = share;
        note(`${name}: ${Math.round(100 * share)} % of the topic`);
      },
    });
    const { frames, readings, bytes } = preloaded;
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    note(
      `${name}: ${frames} records, ${readings} readings, ${(bytes / 2 ** 20).toFixed(0)} MiB in ${seconds} s`,
    );
    return { load, preloaded, reference };
  }

  private async empty({ preloaded }: Filled): Promise<void> {
    await this.options.servers.removeTopics(preloaded.topic);
  }

  private async drain(subject: Subject, filled: Filled, isWhole: boolean, killedIn?: number): Promise<Drain> {
    const { servers, cpus, note, buildFolder } = this.options;
    const built = join(buildFolder, subject.builtAs ?? subject.name.toLowerCase().replaceAll(' ', '-'));
    if (subject.build !== undefined && !this.built.has(built)) {
      note(`${subject.name}: making ready`);
      await mkdir(built, { recursive: true });
      await subject.build(built);
      this.built.add(built);
    }
    await servers.spread(isWhole ? undefined : cpus);
    return drain({
      servers,
      subject,
      built,
      preloaded: filled.preloaded,
      job: filled.load.job,
      detectors: filled.load.detectors,
      minutes: filled.load.minutes,
      reference: filled.reference,
      guarantee: 'exactly-once',
      partitions,
      cpus: isWhole ? undefined : cpus?.subject,
      redisUrl: isWhole ? servers.redisUrl : undefined,
      longestSeconds,
      ...(killedIn === undefined ? {} : { killedIn }),
      note,
    });
  }
}

function said(result: Drain): string {
  const { subject, wrong, readings, seconds, peakMib } = result;
  if (wrong !== undefined) return `${subject} does not count: ${wrong}`;
  const rate = (readings / seconds / 1e6).toFixed(2);
  return (
    `${subject} ${seconds.toFixed(1)} s, ${rate} M readings/s, ` +
    `${cpuPerMillion(result).toFixed(3)} CPU-s a million, ${peakMib.toFixed(0)} MiB`
  );
}
