/**
 * The vehicles of every link and minute, counted straight from the detector frames by the declared rules and with
 * nothing of the processors: so the oracle is more than the program compared with itself.
 *
 * A frame counts once, by cabinet and sequence, unless it is more than two minutes ahead of the newest heartbeat of
 * its partition or older than that by lateness and revision bound; its readings belong to the minute that holds the
 * middle of its interval; the vehicles of a link are those of one cross-section, without chatter. (A detector that is
 * stuck on counts nobody, and changes nothing here.) Links with a detector that reports less than once a minute are
 * not judged.
 */
import type { Detector, Link, Network } from '#domain/network.ts';
import { type EventTime, floorTo, minutes, seconds } from '#domain/time.ts';
import type { Row } from '#runtime/measures.ts';
import { partitionOf } from '#runtime/partitioner.ts';
import { type DetectorFrame, decodeDetectorFrame } from '#schemas/generated/detector.frame.v1.ts';
import { decodeHeartbeat } from '#schemas/generated/heartbeat.v1.ts';
import { embeddedIds } from '#schemas/registry.ts';
import { isRejection } from '#schemas/rejection.ts';
import { decodeBody } from '#schemas/topic.ts';
import { detectorFrames } from '#schemas/topics.ts';
import { Reader } from '#schemas/wire.ts';
import type { Feed, FeedRecord } from './feed.ts';

/** Vehicles by link and start of the minute, `link@start`. */
export type Recount = ReadonlyMap<string, number>;

const lateness = seconds(10);
const revisionBound = minutes(15);
const maxAhead = minutes(2);

export function recountVehicles({ network, partitions, records, startAt, endAt }: Feed): Recount {
  const counting = countingDetectors(network);
  const counts = new Map<string, number>();
  for (const { link } of counting.values())
    for (let at = startAt; at < endAt - minutes(1); at += minutes(1)) counts.set(`${link}@${at}`, 0);
  for (const frame of framesInTime(records, partitions, network)) {
    const minute = floorTo(frame.at - frame.intervalSeconds * 500, minutes(1));
    const { detector: channels, count, length } = frame.readings;
    for (let i = 0; i < length; i++) {
      const detector = counting.get(`${frame.cabinet}#${channels[i]}`);
      const vehicles = count[i] as number;
      if (!detector || vehicles < 0 || isChatter(detector, frame, vehicles)) continue;
      const cell = `${detector.link}@${minute}`;
      const before = counts.get(cell);
      if (before !== undefined) counts.set(cell, before + vehicles);
    }
  }
  return counts;
}

/** The rows of `link_state` that say another number of vehicles, as text. */
export function compareRecount(recount: Recount, rows: readonly Row[]): string[] {
  const said = new Map(rows.map((row) => [`${row.link}@${row.window_start}`, row.vehicles]));
  const differ: string[] = [];
  for (const [cell, vehicles] of recount)
    if (said.get(cell) !== vehicles)
      differ.push(`link_state ${cell}: ${said.get(cell) ?? 'no'} vehicles; counted again: ${vehicles}`);
  return differ;
}

/** More than a vehicle a second and lane. */
const isChatter = (
  { firstLane, lastLane }: Detector,
  { intervalSeconds }: DetectorFrame,
  vehicles: number,
): boolean => vehicles > intervalSeconds * (lastLane - firstLane + 1);

/** The frames that are taken up, each once. */
function* framesInTime(
  records: readonly FeedRecord[],
  partitions: number,
  network: Network,
): Generator<DetectorFrame> {
  const clocks = Array.from({ length: partitions }, (): EventTime => Number.NEGATIVE_INFINITY);
  const taken = new Set<string>();
  for (const { topic, value, key, partition = partitionOf(key, partitions) } of records) {
    if (topic !== detectorFrames.name || value.length < 5 || value[0] !== 0) continue;
    const schema = value.readUInt32BE(1);
    const body = new Reader(value, 5);
    if (schema === embeddedIds.heartbeat) {
      const beat = decodeBody(body, decodeHeartbeat);
      if (!isRejection(beat)) clocks[partition] = Math.max(clocks[partition] as number, beat.at);
    }
    if (schema !== embeddedIds.id(topic)) continue;
    const frame = decodeBody(body, decodeDetectorFrame, detectorFrames.check);
    if (isRejection(frame) || !isKnown(network, frame)) continue;
    const now = clocks[partition] as number;
    const isInTime = frame.at <= now + maxAhead && frame.at > now - lateness - revisionBound;
    const name = `${frame.cabinet}#${frame.sequence}`;
    if (!isInTime || taken.has(name)) continue;
    taken.add(name);
    yield frame;
  }
}

/** Whether all that the frame names is in the network. */
function isKnown(network: Network, { cabinet, site, readings }: DetectorFrame): boolean {
  const channels = new Set<number>();
  for (const detector of network.detectors.values())
    if (detector.cabinet === cabinet && detector.site === site) channels.add(detector.channel);
  return (
    channels.size > 0 &&
    readings.detector.every((channel, i) => i >= readings.length || channels.has(channel))
  );
}

/** By cabinet and channel, the detectors that count the vehicles of the links that are judged. */
function countingDetectors(network: Network): Map<string, Detector> {
  const counting = new Map<string, Detector>();
  for (const link of network.links.values()) {
    const own = [...network.detectors.values()].filter(
      (detector) => detector.link === link.id && detector.site === link.site,
    );
    if (own.some(({ intervalSeconds }) => intervalSeconds > 60)) continue;
    for (const detector of sectionOf(link, own))
      counting.set(`${detector.cabinet}#${detector.channel}`, detector);
  }
  return counting;
}

/** Of the stop bar, the advance and the midblock detectors those that cover most lanes, the first at a draw. */
function sectionOf(link: Link, own: readonly Detector[]): readonly Detector[] {
  let best: Detector[] = [];
  let most = 0;
  for (const role of ['stop', 'advance', 'midblock']) {
    const section: Detector[] = [];
    let through = 0;
    let lanes = 0;
    for (const detector of own.filter((each) => each.role === role).sort(byLane)) {
      if (detector.firstLane <= through || detector.firstLane > link.lanes) continue;
      section.push(detector);
      lanes += detector.lastLane - detector.firstLane + 1;
      through = detector.lastLane;
    }
    if (lanes > most) [best, most] = [section, lanes];
  }
  return best;
}

const byLane = (a: Detector, b: Detector): number => a.firstLane - b.firstLane || a.lastLane - b.lastLane;
