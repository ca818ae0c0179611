/** Arterial as a subject of its own benchmark. */
import { fileURLToPath } from 'node:url';
import { detectorFrames } from '#schemas/topics.ts';
import type { Subject } from '../subject.ts';

const main = fileURLToPath(new URL('arterial-main.ts', import.meta.url));

/** Writes a profile of the processor into this folder, for `node --cpu-prof` to be read by a browser. */
const folder = process.env['BENCH_PROFILE'];
const profiling = folder ? ['--cpu-prof', `--cpu-prof-dir=${folder}`] : [];

export const arterial: Subject = {
  name: 'Arterial',
  command: ({ job, brokers, topic, prefix, partitions, databaseUrl, redisUrl, state, detectors }) => ({
    program: process.execPath,
    parameters: [...profiling, '--import', 'tsx', main],
    environment: {
      BENCH_JOB: job,
      BENCH_DETECTORS: String(detectors),
      ARTERIAL_KAFKA_BROKERS: brokers,
      ARTERIAL_KAFKA_PREFIX: topic.slice(0, -detectorFrames.name.length),
      ARTERIAL_KAFKA_GROUP: `${prefix}group`,
      ARTERIAL_DATABASE_URL: databaseUrl,
      ...(redisUrl === undefined ? {} : { ARTERIAL_REDIS_URL: redisUrl }),
      ARTERIAL_DATA: state,
      ARTERIAL_PARTITIONS: String(partitions),
      ARTERIAL_PORT: '0',
    },
  }),
  // It makes its own table, with more columns than are asked for.
  table: () => ({
    create: '',
    source: `(SELECT link, (extract(epoch FROM window_start) * 1000)::bigint AS window_start, vehicles, flow_vph,
      occupancy_permille, space_mean_decikph, delay_deciseconds, travel_time_index_permille, level_of_service,
      quality, samples, expected_samples, window_start AS window_start_at FROM link_state) AS link_minute`,
    isWindow: 'window_start_at = to_timestamp($1::double precision / 1000)',
  }),
};
