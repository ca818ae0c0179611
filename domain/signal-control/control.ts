/** Advice for all signals of a district, observation by observation. */
import { Horizon, type Outlook } from './horizon.ts';
import { type LaneState, vehicleMeters } from './lane-estimate.ts';
import { type Layout, layoutOf } from './layout.ts';
import type { Advice, ControlModel, Observation, SignalShown } from './model.ts';
import { type Coming, outlookOf, type Platoon } from './outlook.ts';
import { estimateSignal, initialSignal, type SignalState } from './signal-estimate.ts';

/** How far is looked ahead, s: a green, its clearance and the next. */
const horizonSeconds = 60;

/** Plain data: survives a restart. */
export interface ControlState {
  readonly signals: Record<string, SignalState & { commanded?: { stage: number; at: number } }>;
  /** Vehicles between signals, by `signal edge`. */
  readonly between: Record<string, Platoon[]>;
}

export class SignalControl {
  private readonly model: ControlModel;
  private readonly layouts: ReadonlyMap<string, Layout>;
  readonly state: ControlState;

  constructor(model: ControlModel, state?: ControlState) {
    this.model = model;
    this.layouts = new Map(model.signals.map((signal) => [signal.id, layoutOf(signal, model)]));
    this.state = state ?? {
      signals: Object.fromEntries([...this.layouts].map(([id, layout]) => [id, initialSignal(layout)])),
      between: {},
    };
  }

  take(seen: Observation): Advice[] {
    for (const shown of seen.signals) {
      const layout = this.layouts.get(shown.id);
      const state = this.state.signals[shown.id];
      if (layout !== undefined && state !== undefined) estimateSignal(layout, state, seen, shown);
    }
    this.sendOn(seen);
    return seen.signals.flatMap((shown) => this.advise(shown, seen.at) ?? []);
  }

  private advise(shown: SignalShown, now: number): Advice | undefined {
    const layout = this.layouts.get(shown.id);
    const state = this.state.signals[shown.id];
    if (layout === undefined || state === undefined) return undefined;
    const { tickSeconds, latencySeconds } = this.model;
    const stage = shown.stage ?? shown.clearingTo;
    if (stage === undefined) return undefined;
    const startsInSeconds = shown.stage === undefined ? this.startsIn(layout, state, shown, now) : 0;
    const elapsedSeconds = shown.stage === undefined ? 0 : shown.elapsedSeconds;
    const outlook = outlookOf(
      layout,
      state,
      now,
      horizonSeconds,
      this.comingTo(layout, now),
      this.closed(layout),
    );
    const search = new Horizon(layout, state, outlook, { tickSeconds, latencySeconds });
    const next = search.decide({ stage, elapsedSeconds, startsInSeconds });
    if (next.stage !== stage || state.commanded === undefined)
      state.commanded = { stage: next.stage, at: now + next.afterSeconds };
    return {
      kind: 'stage',
      signal: shown.id,
      from: stage,
      shownSeconds: elapsedSeconds + latencySeconds,
      ...next,
    };
  }

  /** Seconds to the end of a clearance, which began with the command or when the minimum green was over. */
  private startsIn(
    { signal }: Layout,
    { commanded }: ControlState['signals'][string],
    { elapsedSeconds }: SignalShown,
    now: number,
  ): number {
    const clearance = signal.yellowSeconds + signal.allRedSeconds;
    const took = (commanded?.at ?? now) + this.model.latencySeconds;
    const began = Math.max(took, now - elapsedSeconds + signal.minGreenSeconds);
    return Math.max(0, Math.min(clearance, began + clearance - now));
  }

  /** Vehicles that left a signal in the last interval come to the next one after the way between. */
  private sendOn(seen: Observation): void {
    for (const [key, platoons] of Object.entries(this.state.between))
      this.state.between[key] = platoons.filter(({ at }) => at > seen.at);
    if (seen.intervalSeconds <= 0) return;
    for (const [id, layout] of this.layouts) {
      const state = this.state.signals[id] as SignalState;
      for (const [l, lane] of layout.lanes.entries())
        for (const [k, link] of lane.links.entries()) {
          const vehicles = state.departed[l]?.[k] ?? 0;
          if (vehicles <= 0 || link.downstreamSignal === undefined || link.downstreamMeters === undefined)
            continue;
          const sight = this.sightOf(link.downstreamSignal, link.outEdge);
          if (sight === undefined) continue;
          const travel = Math.max(0, link.downstreamMeters - sight) / link.speedMps;
          const key = `${link.downstreamSignal} ${link.outEdge}`;
          const platoons = this.state.between[key] ?? [];
          this.state.between[key] = platoons;
          for (let s = 0; s < seen.intervalSeconds; s++)
            platoons.push({
              at: seen.at - seen.intervalSeconds + s + 0.5 + travel,
              vehicles: vehicles / seen.intervalSeconds,
            });
        }
    }
  }

  private sightOf(signal: string, edge: string): number | undefined {
    const layout = this.layouts.get(signal);
    const approach = layout?.approaches.find((candidate) => candidate.edge === edge);
    if (layout === undefined || approach === undefined) return undefined;
    return Math.max(...approach.lanes.map((i) => layout.lanes[i]?.sightMeters ?? 0));
  }

  private comingTo(layout: Layout, now: number): Coming[] {
    return layout.approaches.flatMap((approach, a) => {
      const platoons = this.state.between[`${layout.signal.id} ${approach.edge}`];
      if (platoons === undefined) return [];
      const last = platoons.at(-1)?.at ?? now;
      return [{ approach: a, knownSeconds: Math.max(0, last - now), platoons }];
    });
  }

  /** Links that lead to a lane with no room for one more. */
  private closed(layout: Layout): Outlook['closed'] {
    return layout.lanes.map((lane) =>
      lane.links.map(({ downstreamSignal, downstreamMeters, outLane }) => {
        const downstream = this.layouts.get(downstreamSignal ?? '');
        const l = downstream?.lanes.findIndex(({ id }) => id === outLane) ?? -1;
        if (downstream === undefined || l < 0 || downstreamMeters === undefined) return false;
        const { lanes } = this.state.signals[downstream.signal.id] as SignalState;
        const { vehicles, beyond } = lanes[l] as LaneState;
        return (vehicles + beyond + 1) * vehicleMeters > downstreamMeters;
      }),
    );
  }
}
