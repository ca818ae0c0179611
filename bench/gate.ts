/** What the data plane costs for a frame, against what avsc takes to decode it: a ratio that noise moves little. */
import { readFileSync } from 'node:fs';
import avsc from 'avsc';
import { linkState } from '#processors/link-state/link-state.ts';
import { pack } from '#runtime/memory-log.ts';
import { Task } from '#runtime/task.ts';
import { embeddedIds } from '#schemas/registry.ts';
import { encodeRecord } from '#schemas/topic.ts';
import { detectorFrames } from '#schemas/topics.ts';
import { makeCity } from './city.ts';
import { makeFeed } from './feed.ts';

const rounds = 25;

const city = makeCity(3_200, 'frames');
const id = embeddedIds.id(detectorFrames.name);
const values = [...makeFeed({ city, seed: 1, minutes: 2 })]
  .flat()
  .map((frame) => encodeRecord(detectorFrames, frame, id));
const schema = readFileSync(new URL('../schemas/avro/detector.frame.v1.avsc', import.meta.url), 'utf8');
const type = avsc.Type.forSchema(JSON.parse(schema));
const batch = pack(detectorFrames.name, 0, 0, values);

/** Decoded, checked, put in order, folded, and the windows closed. */
function ours(): void {
  const { network } = city;
  const options = { processor: linkState, network, owned: () => true, ids: embeddedIds, sources: new Map() };
  const task = new Task(options);
  task.accept(batch);
  if (task.take().emitted.length !== 2 * network.links.size) throw new Error('not every window was told');
}

function theirs(): void {
  for (const value of values) type.fromBuffer(value.subarray(5));
}

/** The least of all rounds: what disturbs only adds to it. CPU nanoseconds. */
const least = { ours: Number.POSITIVE_INFINITY, theirs: Number.POSITIVE_INFINITY };
for (let round = 0; round < rounds; round++) {
  least.ours = Math.min(least.ours, nanosecondsOf(ours));
  least.theirs = Math.min(least.theirs, nanosecondsOf(theirs));
}

function nanosecondsOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return 1000 * (user + system);
}

process.stdout.write(
  `${JSON.stringify({
    ratio: least.ours / least.theirs,
    nanosecondsOfFrame: Math.round(least.ours / values.length),
  })}\n`,
);
