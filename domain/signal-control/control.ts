/** Advice for all signals of a district, observation by observation. */
import { Horizon } from './horizon.ts';
import { type LaneState, rateOfArrival, vehicleMeters } from './lane-estimate.ts';
import { type Layout, layoutsOf } from './layout.ts';
import type { ControlModel, Observation, SignalLink, SignalShown, StageAdvice } from './model.ts';
import { type Coming, type Outlook, outlookOf, type Platoon } from './outlook.ts';
import { estimateSignal, initialSignal, type SignalState } from './signal-estimate.ts';
import { nativeSequence } from './twin.ts';
import { Workspace } from './workspace.ts';

/** How far is looked ahead, s: a green, its clearance and the next. */
const horizonSeconds = 60;

/** A call that took effect so long ago is no longer under way, s. */
const longestClearanceSeconds = 30;

/** What is known of one signal; plain data: survives a restart. */
export interface ControlledSignal extends SignalState {
  /** What was called and when that takes effect, s, in order: not long ago, or not yet. */
  calls: Call[];
  /** Vehicles on their way from signals upstream, by the edge on which they come. */
  readonly coming: Record<string, Platoon[]>;
}

interface Call {
  readonly stage: number;
  readonly at: number;
}

export type ControlState = Record<string, ControlledSignal>;

export class SignalControl {
  private readonly model: ControlModel;
  private readonly layouts: ReadonlyMap<string, Layout>;
  private readonly workspace = new Workspace();
  readonly state: ControlState;
  /** Signals whose state has changed since somebody last emptied this. */
  readonly changed = new Set<string>();

  constructor(model: ControlModel, state?: ControlState) {
    this.model = model;
    this.layouts = layoutsOf(model);
    this.state =
      state ??
      Object.fromEntries(
        [...this.layouts].map(([id, layout]) => [id, { ...initialSignal(layout), calls: [], coming: {} }]),
      );
  }

  /** The lanes of a signal and what each stage does for them; undefined for one that is not here. */
  layout(signal: string): Layout | undefined {
    return this.layouts.get(signal);
  }

  /** Takes up what some signals show and their detectors say at one moment; advises those signals. */
  take(seen: Observation): StageAdvice[] {
    for (const shown of seen.signals) {
      const layout = this.layouts.get(shown.id);
      const state = this.state[shown.id];
      if (layout === undefined || state === undefined) continue;
      this.changed.add(shown.id);
      estimateSignal(layout, state, seen, shown, this.sentTo(layout, state, seen));
    }
    this.sendOn(seen);
    return seen.signals.flatMap((shown) => this.advise(shown, seen) ?? []);
  }

  private advise(shown: SignalShown, seen: Observation): StageAdvice | undefined {
    const layout = this.layouts.get(shown.id);
    const state = this.state[shown.id];
    if (layout === undefined || state === undefined) return undefined;
    const { tickSeconds } = this.model;
    const { at: now } = seen;
    // Decisions are to the second.
    const latencySeconds = Math.ceil(seen.latencySeconds);
    const stage = shown.stage ?? shown.clearingTo;
    if (stage === undefined) return undefined;
    const startsInSeconds = shown.stage === undefined ? startsIn(layout, state, shown, now) : 0;
    const elapsedSeconds = shown.stage === undefined ? 0 : shown.elapsedSeconds;
    const outlook = outlookOf(
      layout,
      state,
      now,
      horizonSeconds,
      this.comingTo(layout, now),
      this.closed(layout),
      this.workspace,
    );
    const timing = { tickSeconds, latencySeconds };
    state.calls = state.calls.filter(({ at }) => at >= now - longestClearanceSeconds);
    const calls = state.calls
      .filter(({ at }) => at >= now)
      .map((call) => ({ stage: call.stage, inSeconds: Math.ceil(call.at - now) }));
    const standing = { stage, elapsedSeconds, startsInSeconds, calls };
    const search = new Horizon(layout, state, outlook, timing, this.workspace);
    const next = search.decide(standing);
    const native = nativeSequence(layout, search.led, timing, search.seconds);
    const prediction = {
      seconds: search.seconds,
      advisedSeconds: search.stoodUnder(standing, search.path()),
      nativeSeconds: search.stoodUnder(standing, native),
    };
    return {
      signal: shown.id,
      from: search.led.stage,
      isCalled: search.led.isCalled,
      shownSeconds: search.led.elapsedSeconds,
      prediction,
      ...next,
    };
  }

  /** Notes that a controller was told of advice, which takes effect at `at`, s, in place of all that would later. */
  told({ signal, stage }: StageAdvice, at: number): void {
    const state = this.state[signal];
    if (state === undefined) return;
    const before = state.calls.filter((call) => call.at < at);
    state.calls = before.at(-1)?.stage === stage ? before : [...before, { stage, at }];
    this.changed.add(signal);
  }

  /** Vehicles that left a signal in the last interval come to the next one after the way between. */
  private sendOn({ at, intervalSeconds, signals }: Observation): void {
    for (const { id } of signals) {
      const coming = this.state[id]?.coming ?? {};
      for (const [edge, platoons] of Object.entries(coming))
        coming[edge] = platoons.filter((platoon) => platoon.at > at);
    }
    if (intervalSeconds <= 0) return;
    for (const { id } of signals)
      for (const { lane, place, link } of this.layouts.get(id)?.sends ?? []) {
        const vehicles = this.state[id]?.departed[lane]?.[place] ?? 0;
        if (vehicles > 0) this.send(link, vehicles, at, intervalSeconds);
      }
  }

  private send({ downstream, speedMps }: SignalLink, vehicles: number, at: number, seconds: number): void {
    if (downstream === undefined) return;
    const { signal, edge, meters } = downstream;
    const approach = this.layouts.get(signal)?.approaches.find((candidate) => candidate.edge === edge);
    const state = this.state[signal];
    if (approach === undefined || state === undefined) return;
    const travel = Math.max(0, meters - approach.sightMeters) / speedMps;
    const platoons = state.coming[edge] ?? [];
    state.coming[edge] = platoons;
    this.changed.add(signal);
    for (let s = 0; s < seconds; s++)
      platoons.push({ at: at - seconds + s + 0.5 + travel, vehicles: vehicles / seconds });
  }

  private comingTo(layout: Layout, now: number): Coming[] {
    return layout.approaches.flatMap((approach, a) => {
      const platoons = this.state[layout.signal.id]?.coming[approach.edge];
      if (platoons === undefined) return [];
      const last = platoons.at(-1)?.at ?? now;
      return [{ approach: a, knownSeconds: Math.max(0, last - now), platoons }];
    });
  }

  /** Of each lane, those whom signals upstream let go and who come into sight in the interval. */
  private sentTo({ lanes, approaches }: Layout, state: ControlledSignal, seen: Observation): number[] {
    const sent = lanes.map(() => 0);
    for (const { edge, lanes: places } of approaches) {
      const due = (state.coming[edge] ?? []).filter(({ at }) => at <= seen.at);
      const vehicles = due.reduce((sum, platoon) => sum + platoon.vehicles, 0);
      const rates = places.map((l) => rateOfArrival((state.lanes[l] as LaneState).arrived));
      const total = rates.reduce((sum, rate) => sum + rate, 0);
      for (const [k, l] of places.entries()) sent[l] = (vehicles * (rates[k] as number)) / total;
    }
    return sent;
  }

  /** Links that lead to lanes of which none has room for one more. */
  private closed({ lanes, sends }: Layout): Outlook['closed'] {
    const closed: boolean[][] = lanes.map(() => []);
    for (const { lane, place, link } of sends) (closed[lane] as boolean[])[place] = this.isFull(link);
    return closed;
  }

  private isFull({ downstream, outLanes }: SignalLink): boolean {
    const next = this.layouts.get(downstream?.signal ?? '');
    if (next === undefined || downstream === undefined) return false;
    const { lanes } = this.state[next.signal.id] as ControlledSignal;
    const leads = next.lanes.flatMap(({ id }, l) => (outLanes.includes(id) ? [lanes[l] as LaneState] : []));
    return (
      leads.length > 0 &&
      leads.every(({ vehicles, beyond }) => (vehicles + beyond + 1) * vehicleMeters > downstream.meters)
    );
  }
}

/** Seconds to the end of a clearance, which began with the call or when the minimum green was over. */
function startsIn(
  { signal }: Layout,
  { calls }: ControlledSignal,
  { elapsedSeconds, clearingTo }: SignalShown,
  now: number,
): number {
  const clearance = signal.yellowSeconds + signal.allRedSeconds;
  const took = calls.findLast(({ stage, at }) => stage === clearingTo && at < now)?.at ?? now;
  const least = Math.min(...signal.stages.map(({ minGreenSeconds }) => minGreenSeconds));
  const began = Math.max(took, now - elapsedSeconds + least);
  return Math.max(0, Math.min(clearance, began + clearance - now));
}
