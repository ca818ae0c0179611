/** What is run: which subject against which, on how much. */
import type { Load, Pair, Single } from './comparison.ts';
import { guangzhou } from './guangzhou/trial.ts';
import { kafkaStreams, kafkaStreamsDsl, kafkaStreamsProcessor } from './peers/kafka-streams/run.ts';
import { plainNode } from './peers/plain-node/run.ts';
import { quixStreams } from './peers/quix-streams/run.ts';
import { recoveryBeside } from './recovery.ts';
import { alertPath } from './serving/alert-path.ts';
import { eventStreams } from './serving/event-streams.ts';
import { liveStateApi } from './serving/live-state-api.ts';
import { withPeerTable } from './subject.ts';
import type { Trial } from './trial.ts';

const frames = (minutes: number, detectors = 20_000): Load => ({ job: 'frames', detectors, minutes });
const single = (minutes: number): Load => ({ job: 'single', detectors: 20_000, minutes });
const hop = (minutes: number): Load => ({ job: 'hop', detectors: 4_000, minutes });

const dsl = withPeerTable(kafkaStreamsDsl);
const processors = withPeerTable(kafkaStreamsProcessor);
const ownStore = withPeerTable(kafkaStreams);

/** A slow peer gets less to do, so that its run ends; both of a pair always get the same. */
export const pairs: readonly Pair[] = [
  { name: 'frames-kafka-streams-dsl', peer: dsl, load: frames(20), goal: 10 },
  { name: 'frames-kafka-streams-processors', peer: processors, load: frames(60), goal: 10 },
  { name: 'frames-kafka-streams-own-store', peer: ownStore, load: frames(60), goal: 10 },
  { name: 'single-kafka-streams-dsl', peer: dsl, load: single(10), goal: 5 },
  { name: 'single-kafka-streams-own-store', peer: ownStore, load: single(10), goal: 5 },
  { name: 'hop-kafka-streams-own-store', peer: ownStore, load: hop(60), goal: undefined },
  { name: 'frames-quix-streams', peer: withPeerTable(quixStreams), load: frames(12), goal: 50 },
  { name: 'frames-plain-node', peer: withPeerTable(plainNode), load: frames(60), goal: 10 },
  { name: 'single-plain-node', peer: withPeerTable(plainNode), load: single(5), goal: 10 },
];

/** The same reading rate by ever more detectors: each reports once a second, for less time. */
export const singles: readonly Single[] = [
  { name: 'whole-system', load: frames(60), isWhole: true },
  { name: 'detectors-1000', load: frames(600, 1_000), isWhole: false },
  { name: 'detectors-10000', load: frames(60, 10_000), isWhole: false },
  { name: 'detectors-100000', load: frames(18, 100_000), isWhole: false },
];

/** What becomes of a subject that is killed, and Arterial as a city uses it. */
export const trials: readonly Trial[] = [
  recoveryBeside([dsl, processors, ownStore, withPeerTable(quixStreams), withPeerTable(plainNode)]),
  ...[liveStateApi, eventStreams, alertPath, guangzhou],
];
