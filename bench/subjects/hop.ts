/** The job `hop` as a processor of Arterial: panes of ten seconds, thirty of which make a window. */
import type { Network } from '#domain/network.ts';
import { type EventTime, floorTo, minutes, seconds } from '#domain/time.ts';
import type { Emit, Input, Owned, Processor } from '#runtime/processor.ts';
import type { DetectorFrame } from '#schemas/generated/detector.frame.v1.ts';
import { detectorFrames, linkStates } from '#schemas/topics.ts';
import { hop, startAt } from '../jobs.ts';

const paneMilliseconds = hop.everySeconds * 1000;
const panesOfWindow = hop.windowSeconds / hop.everySeconds;
/** Panes held of each link: those of a window, and what may still come within the lateness. */
const panesHeld = panesOfWindow + 4;

/** By link, and within it by pane modulo those held. */
interface Panes {
  readonly number: Int32Array;
  readonly samples: Int32Array;
  readonly vehicles: Int32Array;
  readonly occupied: Int32Array;
  readonly occupiedSeconds: Int32Array;
  readonly pace: Float64Array;
  readonly paced: Int32Array;
}

interface HopState {
  readonly links: readonly { readonly id: string; readonly district: string }[];
  /** By cabinet, the link of each channel; -1 where there is none. */
  readonly channels: ReadonlyMap<string, Int32Array>;
  readonly panes: Panes;
  /** The end of the last window that was emitted; NaN before the first. */
  emittedThrough: EventTime;
}

/** Rows go into the table of link states, whose windows may be of any length. */
export const hopState: Processor<DetectorFrame, HopState> = {
  name: 'hop-state',
  stateVersion: 1,
  reads: [detectorFrames],
  writes: [linkStates],
  lateness: seconds(10),
  revisionBound: minutes(1),
  tick: seconds(5),
  initial,
  step,
};

function initial(network: Network, owned: Owned): HopState {
  const links = [...network.links.values()].filter(({ site }) => owned(site));
  const indexOf = new Map(links.map(({ id }, i) => [id, i]));
  const channels = new Map<string, Int32Array>();
  for (const { cabinet, channel, link } of network.detectors.values()) {
    if (!indexOf.has(link)) continue;
    const known = channels.get(cabinet) ?? new Int32Array(256).fill(-1);
    known[channel] = indexOf.get(link)!;
    channels.set(cabinet, known);
  }
  const size = links.length * panesHeld;
  return {
    links: links.map(({ id, district }) => ({ id, district })),
    channels,
    panes: {
      number: new Int32Array(size).fill(-1),
      samples: new Int32Array(size),
      vehicles: new Int32Array(size),
      occupied: new Int32Array(size),
      occupiedSeconds: new Int32Array(size),
      pace: new Float64Array(size),
      paced: new Int32Array(size),
    },
    emittedThrough: Number.NaN,
  };
}

function step(state: HopState, input: Input<DetectorFrame>, emit: Emit): void {
  if (input.kind === 'watermark') close(state, input.at, emit);
  else fold(state, input.event);
}

function close(state: HopState, at: EventTime, emit: Emit): void {
  if (Number.isNaN(state.emittedThrough))
    state.emittedThrough =
      Math.max(startAt + hop.windowSeconds * 1000, floorTo(at, paneMilliseconds)) - paneMilliseconds;
  while (state.emittedThrough + paneMilliseconds < at) {
    state.emittedThrough += paneMilliseconds;
    emitWindows(state, at, emit);
  }
}

const paceOf = Float64Array.from({ length: 3001 }, (_, speed) => (speed > 0 ? Math.round(1e9 / speed) : 0));

function fold({ channels, panes }: HopState, frame: DetectorFrame): void {
  const links = channels.get(frame.cabinet);
  if (links === undefined) return;
  const { intervalSeconds, readings } = frame;
  const number = Math.floor((frame.at - 500 * intervalSeconds) / paneMilliseconds);
  for (let i = 0; i < readings.length; i++) {
    const link = links[readings.detector[i]!]!;
    if (link < 0) continue;
    const pane = paneOf(panes, link, number);
    const count = readings.count[i]!;
    const occupancy = readings.occupancyPermille[i]!;
    const speed = readings.speedDecikph[i]!;
    panes.samples[pane]!++;
    if (count >= 0) panes.vehicles[pane]! += count;
    if (occupancy >= 0) {
      panes.occupied[pane]! += occupancy * intervalSeconds;
      panes.occupiedSeconds[pane]! += intervalSeconds;
    }
    if (speed > 0) {
      const weight = count >= 0 ? count : 1;
      panes.pace[pane]! += weight * paceOf[speed]!;
      panes.paced[pane]! += weight;
    }
  }
}

/** The slot of a pane, emptied if an older one was in it. */
function paneOf(panes: Panes, link: number, number: number): number {
  const slot = link * panesHeld + (number % panesHeld);
  if (panes.number[slot] !== number) {
    for (const column of Object.values(panes) as (Int32Array | Float64Array)[]) column[slot] = 0;
    panes.number[slot] = number;
  }
  return slot;
}

function emitWindows({ links, panes, emittedThrough }: HopState, at: EventTime, emit: Emit): void {
  const end = emittedThrough / paneMilliseconds;
  for (let link = 0; link < links.length; link++) {
    let [samples, vehicles, occupied, occupiedSeconds, pace, paced] = [0, 0, 0, 0, 0, 0];
    for (let number = end - panesOfWindow; number < end; number++) {
      const slot = link * panesHeld + (number % panesHeld);
      if (panes.number[slot] !== number) continue;
      samples += panes.samples[slot]!;
      vehicles += panes.vehicles[slot]!;
      occupied += panes.occupied[slot]!;
      occupiedSeconds += panes.occupiedSeconds[slot]!;
      pace += panes.pace[slot]!;
      paced += panes.paced[slot]!;
    }
    if (samples === 0) continue;
    const { id, district } = links[link]!;
    emit(linkStates, {
      district,
      link: id,
      at,
      windowStart: emittedThrough - hop.windowSeconds * 1000,
      windowSeconds: hop.windowSeconds,
      revision: 0,
      vehicles,
      flowVph: null,
      occupancyPermille: occupiedSeconds > 0 ? Math.round(occupied / occupiedSeconds) : null,
      spaceMeanDecikph: paced > 0 ? Math.max(1, Math.round((1e9 * paced) / pace)) : null,
      delayDeciseconds: null,
      travelTimeIndexPermille: null,
      levelOfService: null,
      quality: paced > 0 ? 'observed' : 'missing',
      samples,
      expectedSamples: 0,
    });
  }
}
