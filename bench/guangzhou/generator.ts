/**
 * The devices of the city as one process: says `ready`, and once it is told so, sends what they say, slice by slice at
 * the time of the machine, however far behind anybody is. Then says what it has sent, and waits to be ended.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { batchOnce, sequenceAtFirst } from './batch.ts';
import { makeGuangzhou } from './city.ts';
import { Producer, type Ready } from './producer.ts';
import { makeSparse, type Said, seeingCameras } from './sparse.ts';
import { makeStreams, type Stream, sliceMilliseconds } from './streams.ts';

/** What was sent. */
export interface Sent {
  /** Records by topic. */
  readonly records: Readonly<Record<string, number>>;
  readonly heartbeats: number;
  readonly bytes: number;
  /** How long after its time a slice was sent, at most. Milliseconds. */
  readonly latestMilliseconds: number;
}

const { BENCH_BROKERS = '', BENCH_PREFIX = '', BENCH_PARTITIONS = '4', BENCH_DIVISOR = '1' } = process.env;
/** The system has not taken what was given to it a second ago: batches would be written over. Bytes. */
const unsentMost = 64 * 1024 * 1024;

async function main(): Promise<void> {
  const [partitions, divisor] = [Number(BENCH_PARTITIONS), Number(BENCH_DIVISOR)];
  const network = makeGuangzhou(divisor);
  const seeing = seeingCameras(divisor);
  const cameras = new Map([...network.cameras].slice(0, network.cameras.size - seeing));
  const sites = network.intersections.size;
  const streams = makeStreams({ ...network, cameras }, partitions);
  const sparse = makeSparse(partitions, divisor, sites, cameras.size, seeing);
  const producer = await Producer.connect(BENCH_BROKERS, (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
  process.stdout.write('ready\n');
  const [line] = (await once(createInterface(process.stdin), 'line')) as [string];
  const { startAt, seconds } = JSON.parse(line) as { startAt: number; seconds: number };
  const sent = await send(producer, streams, (at, nth) => sparse.second(at, nth), startAt, seconds);
  while (producer.waiting > 0) await sleep(10);
  producer.close();
  process.stdout.write(`${JSON.stringify(sent)}\n`);
  // Until somebody has seen what it has used, and ends it.
  setInterval(() => {}, 60_000);
}

async function send(
  producer: Producer,
  streams: readonly Stream[],
  seldom: (at: number, nth: number) => readonly Said[],
  startAt: number,
  seconds: number,
): Promise<Sent> {
  const records: Record<string, number> = {};
  let [heartbeats, bytes, latestMilliseconds] = [0, 0, 0];
  const slices = (seconds * 1000) / sliceMilliseconds;
  for (let slice = 0; slice < slices; slice++) {
    const begin = startAt + slice * sliceMilliseconds;
    const end = begin + sliceMilliseconds;
    const early = end - Date.now();
    if (early > 0) await sleep(early);
    else latestMilliseconds = Math.max(latestMilliseconds, -early);
    // Whatever is behind makes room for the socket.
    if (early <= 0) await new Promise((resolve) => setImmediate(resolve));
    if (producer.unsent > unsentMost) throw new Error(`the broker is ${producer.unsent} bytes behind`);
    const ready = stamped(streams, slice, begin, records);
    if ((end - startAt) % 1000 === 0) {
      const said = seldom(end, (end - startAt) / 1000 - 1);
      for (const { topic, key } of said)
        if (key === 'devices') heartbeats++;
        else records[topic] = (records[topic] ?? 0) + 1;
      for (const batches of rounds(said, end)) producer.send(batches);
    }
    for (const batch of ready) bytes += batch.bytes.length;
    if (ready.length > 0) producer.send(ready);
  }
  return { records, heartbeats, bytes, latestMilliseconds };
}

/** The batches of a slice, with its times. */
function stamped(
  streams: readonly Stream[],
  slice: number,
  begin: number,
  records: Record<string, number>,
): Ready[] {
  const ready: Ready[] = [];
  for (const { topic, slices, indexAt, sequenceAt } of streams)
    slices[indexAt(slice)]!.forEach((batch, partition) => {
      if (batch === undefined) return;
      batch.stamp(begin, sequenceAtFirst + sequenceAt(slice));
      records[topic] = (records[topic] ?? 0) + batch.count;
      ready.push({ topic: BENCH_PREFIX + topic, partition, bytes: batch.bytes });
    });
  return ready;
}

/** What is said once, as a request: a batch for each partition. */
function rounds(said: readonly Said[], at: number): Ready[][] {
  const places = new Map<string, Said[]>();
  for (const one of said) {
    const place = `${one.topic}/${one.partition}`;
    places.set(place, [...(places.get(place) ?? []), one]);
  }
  const batches = [...places.values()].map((own): Ready => {
    const { topic, partition } = own[0]!;
    return { topic: BENCH_PREFIX + topic, partition, bytes: batchOnce(own, at) };
  });
  return batches.length > 0 ? [batches] : [];
}

await main();
