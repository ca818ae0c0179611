import type { Detector, Link, Network } from '#domain/network.ts';
import { type EventTime, type Milliseconds, minutes, seconds } from '#domain/time.ts';
import type { Owned } from '#runtime/processor.ts';
import { type Approaches, createApproaches, vehicleMeters, windowsBefore } from './approaches.ts';
import { crossSection, detectorsByLink, lanesAcross, lanesOf } from './cross-section.ts';

/** How much older than the watermark a frame may be and still revise its window. */
export const revisionBound: Milliseconds = minutes(15);

/** The shortest window; a link whose detectors report less often has windows of their interval. */
const minuteSeconds = 60;

/** Stands in a slot that holds no window. */
const noWindow = -0x80000000;

/**
 * The state of one partition: the tables it needs, by dense index, and sums for every window of every link that
 * is open or may yet be revised. All sums are integers. Typed arrays throughout, so that it is saved at once.
 */
export interface LinkStates {
  /** Where the channels of a cabinet begin in `channels`, and how many there are. */
  readonly cabinets: ReadonlyMap<string, { readonly begin: number; readonly length: number }>;
  /** Channel of a cabinet to detector; -1 where there is none. */
  readonly channels: Int32Array;
  readonly detectors: Detectors;
  readonly links: Links;
  readonly windows: Windows;
  readonly approaches: Approaches;
  readonly lengths: WindowLength[];
  /** Closed windows that late frames have touched since the last watermark. */
  touched: { readonly link: number; readonly window: number }[];
}

/** Windows of one length. Times are NaN before the first input. */
interface WindowLength {
  readonly seconds: number;
  /** How long after its end a window is emitted, beyond the lateness. Milliseconds. */
  readonly margin: Milliseconds;
  closedThrough: EventTime;
  /** Windows that began earlier began before the clock. */
  wholeFrom: EventTime;
}

interface Detectors {
  readonly link: Int32Array;
  readonly lanes: Int32Array;
  /** Lanes for which it counts the link's vehicles; 0 for a detector outside the link's cross-section. */
  readonly countedLanes: Int32Array;
  /** 10^-8 h/km for a second of occupancy in permille; 0 where occupancy implies no speed. */
  readonly pacePerSecond: Float64Array;
  /** How long it has been on without a count. */
  readonly stuckSeconds: Int32Array;
}

interface Links {
  readonly ids: readonly string[];
  readonly districts: readonly string[];
  readonly lanes: Int32Array;
  readonly lengthMeters: Float64Array;
  readonly freeFlowKph: Float64Array;
  readonly windowSeconds: Int32Array;
  /** Readings that its healthy detectors send in a window. */
  readonly expectedSamples: Int32Array;
  /** 1 when its cross-section covers all lanes. */
  readonly covered: Int32Array;
  /** Its first slot in `windows`, and how many it has in turn. */
  readonly firstSlot: Int32Array;
  readonly slots: Int32Array;
}

/** By slot. The slot of a window is its number, counted from 1970, modulo the slots of its link. */
interface Windows {
  /** Which window is in the slot; `noWindow` when none. */
  readonly number: Int32Array;
  /** How often it has been emitted. */
  readonly emissions: Int32Array;
  readonly touched: Int32Array;
  /** `sumsOfWindow` integers a slot, each at its place in `sum`. */
  readonly sums: Float64Array;
}

/** The sums of a window stand side by side, since a reading adds to most of them. */
export const sum = {
  samples: 0,
  vehicles: 1,
  countedLaneSeconds: 2,
  occupancyPermilleLaneSeconds: 3,
  occupiedLaneSeconds: 4,
  /** Measured pace, summed over vehicles, 10^-8 h/km; and those vehicles. */
  pace: 5,
  pacedVehicles: 6,
  /** The same at the detectors away from the stop bar. */
  aheadPace: 7,
  aheadPacedVehicles: 8,
  /** The same as implied by occupancy. */
  impliedPace: 9,
  impliedVehicles: 10,
} as const;

/** As many as fill whole cache lines. */
export const sumsOfWindow = 16;

/** One of the sums of the window in a slot. */
export const sumOf = ({ sums }: Pick<Windows, 'sums'>, slot: number, name: keyof typeof sum): number =>
  sums[slot * sumsOfWindow + sum[name]] as number;

/** The state of a partition that has seen nothing, for the links of the sites that it owns. */
export function createLinkStates(network: Network, owned: Owned): LinkStates {
  const byLink = detectorsByLink(network);
  const links = [...network.links.values()].filter((link) => owned(link.site) && byLink.has(link.id));
  const detectors = links.flatMap((link) => byLink.get(link.id) as Detector[]);
  const table = linkTable(links, byLink);
  const margins = marginsOf(byLink);
  const slots = table.slots.reduce((sum, n) => sum + n, 0);
  const int = (): Int32Array => new Int32Array(slots);
  return {
    ...channelTable(detectors),
    detectors: detectorTable(links, byLink, detectors.length),
    links: table,
    windows: {
      number: int().fill(noWindow),
      emissions: int(),
      touched: int(),
      sums: new Float64Array(slots * sumsOfWindow),
    },
    approaches: createApproaches(network, links, byLink, table.windowSeconds, table.slots),
    lengths: [...new Set(table.windowSeconds)]
      .sort((a, b) => a - b)
      .map((seconds) => ({
        seconds,
        margin: margins.get(seconds) as Milliseconds,
        closedThrough: Number.NaN,
        wholeFrom: Number.NaN,
      })),
    touched: [],
  };
}

function channelTable(detectors: readonly Detector[]): Pick<LinkStates, 'cabinets' | 'channels'> {
  const lengths = new Map<string, number>();
  for (const { cabinet, channel } of detectors)
    lengths.set(cabinet, Math.max(lengths.get(cabinet) ?? 0, channel + 1));
  const cabinets = new Map<string, { begin: number; length: number }>();
  let total = 0;
  for (const [cabinet, length] of lengths) {
    cabinets.set(cabinet, { begin: total, length });
    total += length;
  }
  const channels = new Int32Array(total).fill(-1);
  detectors.forEach(({ cabinet, channel }, index) => {
    channels[(cabinets.get(cabinet)?.begin as number) + channel] = index;
  });
  return { cabinets, channels };
}

function detectorTable(
  links: readonly Link[],
  byLink: ReadonlyMap<string, readonly Detector[]>,
  count: number,
): Detectors {
  const table: Detectors = {
    link: new Int32Array(count),
    lanes: new Int32Array(count),
    countedLanes: new Int32Array(count),
    pacePerSecond: new Float64Array(count),
    stuckSeconds: new Int32Array(count),
  };
  let index = 0;
  links.forEach((link, linkIndex) => {
    const detectors = byLink.get(link.id) as readonly Detector[];
    const counting = new Set(crossSection(link, detectors));
    for (const detector of detectors) {
      table.link[index] = linkIndex;
      table.lanes[index] = lanesOf(detector);
      table.countedLanes[index] = counting.has(detector) ? lanesOf(detector) : 0;
      // At the stop bar occupancy is the wait for green, not the pace of the link.
      table.pacePerSecond[index] =
        detector.role === 'stop' ? 0 : 1e8 / (3600 * (vehicleMeters + detector.lengthMeters));
      index++;
    }
  });
  return table;
}

const longestInterval = (detectors: readonly Detector[]): number =>
  Math.max(...detectors.map((detector) => detector.intervalSeconds));

const windowSecondsOf = (intervalSeconds: number): number =>
  Math.ceil(intervalSeconds / minuteSeconds) * minuteSeconds;

/** More than this is not waited for; what comes later revises. */
const marginMost: Milliseconds = seconds(5);

/**
 * By the length of windows in seconds, half the longest interval that any link of the network has in them: a reading
 * belongs to the window that holds its middle, so that the last of a window ends so long after it. Of the network and
 * not of the partition, since how links are spread over partitions must not show.
 */
function marginsOf(byLink: ReadonlyMap<string, readonly Detector[]>): Map<number, Milliseconds> {
  const margins = new Map<number, Milliseconds>();
  for (const detectors of byLink.values()) {
    const interval = longestInterval(detectors);
    const windowSeconds = windowSecondsOf(interval);
    const margin = Math.min(marginMost, seconds(interval / 2));
    margins.set(windowSeconds, Math.max(margins.get(windowSeconds) ?? 0, margin));
  }
  return margins;
}

function linkTable(links: readonly Link[], byLink: ReadonlyMap<string, readonly Detector[]>): Links {
  const rows = links.map((link) => {
    const detectors = byLink.get(link.id) as readonly Detector[];
    const windowSeconds = windowSecondsOf(longestInterval(detectors));
    const expected = detectors.map((detector) => Math.floor(windowSeconds / detector.intervalSeconds));
    return {
      windowSeconds,
      expectedSamples: expected.reduce((sum, n) => sum + n, 0),
      covered: lanesAcross(crossSection(link, detectors)) >= link.lanes ? 1 : 0,
      // What lies between now and half a window before the bound, cut off at both ends, and what that looks back on.
      slots: Math.ceil(revisionBound / 1000 / windowSeconds) + 2 + windowsBefore,
    };
  });
  const firstSlot = new Int32Array(links.length);
  for (let i = 1; i < links.length; i++)
    firstSlot[i] = (firstSlot[i - 1] as number) + (rows[i - 1]?.slots as number);
  return {
    ids: links.map((link) => link.id),
    districts: links.map((link) => link.district),
    lanes: Int32Array.from(links, (link) => link.lanes),
    lengthMeters: Float64Array.from(links, (link) => link.lengthMeters),
    freeFlowKph: Float64Array.from(links, (link) => link.freeFlowKph),
    windowSeconds: Int32Array.from(rows, (row) => row.windowSeconds),
    expectedSamples: Int32Array.from(rows, (row) => row.expectedSamples),
    covered: Int32Array.from(rows, (row) => row.covered),
    firstSlot,
    slots: Int32Array.from(rows, (row) => row.slots),
  };
}
