/** Fills a topic with a job's frames, and knows what the table must hold. */
import type { KafkaConfig } from '#runtime/config.ts';
import { openKafkajsLog } from '#runtime/kafkajs-log.ts';
import { embeddedIds } from '#schemas/registry.ts';
import { encodeRecord } from '#schemas/topic.ts';
import { detectorFrames } from '#schemas/topics.ts';
import { makeCity } from './city.ts';
import { makeFeed } from './feed.ts';
import type { Job } from './jobs.ts';
import { makeOracle } from './oracle.ts';

export interface Preloaded {
  readonly topic: string;
  readonly frames: number;
  readonly readings: number;
  readonly bytes: number;
  /** What the table must hold. */
  readonly rows: readonly string[];
  /** How many of them are of the last window that is judged. */
  readonly links: number;
}

export interface PreloadOptions {
  readonly kafka: KafkaConfig;
  readonly partitions: number;
  readonly job: Job;
  readonly detectors: number;
  readonly minutes: number;
  readonly seed: number;
  readonly progress: (share: number) => void;
}

/** Frames that are sent with one call. */
const sentTogether = 5_000;

export async function preload(options: PreloadOptions): Promise<Preloaded> {
  const { kafka, partitions, job, detectors, minutes, seed, progress } = options;
  const city = makeCity(detectors, job);
  const oracle = makeOracle(job, city, minutes);
  const log = await openKafkajsLog(kafka);
  let [frames, readings, bytes] = [0, 0, 0];
  try {
    await log.createTopic(detectorFrames.name, partitions);
    const id = embeddedIds.id(detectorFrames.name);
    let waiting: { key: string; value: Buffer }[] = [];
    let second = 0;
    for (const together of makeFeed({ city, seed, minutes })) {
      for (const frame of together) {
        oracle.take(frame);
        const value = encodeRecord(detectorFrames, frame, id);
        waiting.push({ key: frame.site, value });
        frames++;
        readings += frame.readings.length;
        bytes += value.length;
      }
      progress(++second / (minutes * 60));
      if (waiting.length < sentTogether) continue;
      await log.append(detectorFrames.name, waiting);
      waiting = [];
    }
    await log.append(detectorFrames.name, waiting);
  } finally {
    await log.close();
  }
  const rows = oracle.rows();
  return {
    topic: kafka.prefix + detectorFrames.name,
    frames,
    readings,
    bytes,
    rows,
    links: city.network.links.size,
  };
}
