/**
 * The traffic of one signal in a cycle that repeats for ever: vehicles come to the stop bar of their lane second by
 * second, evenly or in platoons, and leave as the greens let them. What chance adds is HCM's incremental delay.
 */
import { incrementalDelaySeconds } from '../control-delay.ts';
import type { Rate } from './discharge.ts';
import { freeGiving, gapFactor } from './gaps.ts';
import { storedMost } from './inside.ts';
import type { LaneFlow } from './lane-flow.ts';
import { type Lane, type Layout, service } from './layout.ts';

/** One green of a cycle. */
export interface PlanStage {
  readonly stage: number;
  /** Below 0 when it ends while the one before still clears. */
  readonly greenSeconds: number;
}

/** What a cycle does. */
export interface Played {
  readonly cycleSeconds: number;
  /** Vehicle seconds of control delay a second: the mean number of vehicles that wait. */
  readonly cost: number;
  /** Of each lane, mean control delay, s a vehicle. */
  readonly delaySeconds: Float64Array;
  /** Of each lane, demand over capacity. */
  readonly volumeToCapacity: Float64Array;
  /** Vehicles that leave each lane in each second: `departures[lane * cycleSeconds + second]`. */
  readonly departures: Float64Array;
  /** The stage under which each lane goes in each second, -1 for none; same places. */
  readonly going: Int16Array;
}

/** Green before the first vehicle counts, s (HCM 6): with less, short greens were thought to be worth too much. */
const startupSeconds = 2;
/** Yellow that is still driven, s: HCM 6 has 2 s. */
const yellowUsedSeconds = 1;
/** A green lets whole vehicles go: what is left of it for a part of one is lost, half of one on average. */
const halfVehicle = 0.5;
/** Demand that the queue is played with, at most, as a part of capacity: what is above it is incremental delay. */
const mostPlayed = 0.98;
/** Less than this many vehicles are no queue. */
const noQueue = 0.5;

export class CyclicFlow {
  readonly layout: Layout;
  readonly flows: readonly LaneFlow[];
  /** Lanes that are served: those of which nobody gives way, then the others, twice, as they may face one another. */
  private readonly order: readonly number[];

  constructor(layout: Layout, flows: readonly LaneFlow[]) {
    this.layout = layout;
    this.flows = flows;
    const givesWay = (l: number): boolean => layout.foes.some((foes) => (foes[l]?.length ?? 0) > 0);
    // Of those that no stage serves nothing is known: they are nobody's.
    const isServed = (l: number): boolean =>
      (flows[l] as LaneFlow).rates.some(({ fast, slow }) => fast + slow > 0);
    const lanes = layout.lanes.map((_, l) => l).filter(isServed);
    const giving = lanes.filter(givesWay);
    this.order = [...lanes.filter((l) => !givesWay(l)), ...giving, ...giving];
  }

  cycleSeconds(plan: readonly PlanStage[]): number {
    const { clearance } = this.layout;
    return plan.reduce((sum, { stage, greenSeconds }, i) => {
      const next = plan[(i + 1) % plan.length] as PlanStage;
      return sum + greenSeconds + (clearance[stage]?.[next.stage] as number);
    }, 0);
  }

  /** `arrivals`: vehicles a second, `[lane * cycle + second]` from the start of the first green; even without. */
  play(plan: readonly PlanStage[], arrivals?: Float64Array): Played {
    const cycleSeconds = Math.max(1, Math.round(this.cycleSeconds(plan)));
    const lanes = this.layout.lanes.length;
    const going = this.lights(plan, cycleSeconds);
    const departures = new Float64Array(lanes * cycleSeconds);
    const queues = new Float64Array(lanes * cycleSeconds);
    const delaySeconds = new Float64Array(lanes);
    const volumeToCapacity = new Float64Array(lanes);
    const slow = new Float64Array(cycleSeconds);
    for (let l = 0; l < lanes; l++)
      departures.fill((this.flows[l] as LaneFlow).arrivalVps, l * cycleSeconds, (l + 1) * cycleSeconds);
    for (const l of this.order) {
      const { arrivalVps, rates } = this.flows[l] as LaneFlow;
      this.slowRates(l, going, queues, departures, cycleSeconds, slow);
      const run = new LaneCycle(l, cycleSeconds, going, rates, slow, this.flows[l] as LaneFlow);
      const capacity = run.capacity();
      if (capacity <= 0) return nothingGoes(cycleSeconds, delaySeconds, volumeToCapacity, departures, going);
      const ratio = (arrivalVps * cycleSeconds) / capacity;
      const part = Math.min(1, mostPlayed / ratio);
      const stood = run.queue(arrivals, part, arrivalVps, queues, departures);
      const uniform = stood / (part * arrivalVps * cycleSeconds);
      const byChance = incrementalDelaySeconds({
        cycleSeconds,
        effectiveGreenSeconds: cycleSeconds,
        volumeVph: arrivalVps * 3600,
        saturationVph: (capacity / cycleSeconds) * 3600,
      });
      delaySeconds[l] = uniform + byChance;
      volumeToCapacity[l] = ratio;
    }
    const cost = this.flows.reduce(
      (sum, { arrivalVps, weight }, l) => sum + weight * arrivalVps * (delaySeconds[l] as number),
      0,
    );
    return { cycleSeconds, cost, delaySeconds, volumeToCapacity, departures, going };
  }

  private lights(plan: readonly PlanStage[], cycleSeconds: number): Int16Array {
    const { clearance, lanes } = this.layout;
    const going = new Int16Array(lanes.length * cycleSeconds).fill(-1);
    let from = 0;
    for (const [i, { stage, greenSeconds }] of plan.entries()) {
      const before = plan[(i + plan.length - 1) % plan.length] as PlanStage;
      const after = plan[(i + 1) % plan.length] as PlanStage;
      const until = from + greenSeconds;
      const end = until + (clearance[stage]?.[after.stage] as number);
      for (const [l, { service: does }] of lanes.entries()) {
        const { fast, slow } = (this.flows[l] as LaneFlow).rates[stage] as Rate;
        if (fast + slow <= 0) continue;
        const begins = plan.length < 2 || goesOn(does, stage, before.stage) ? from : from + startupSeconds;
        const stops =
          plan.length < 2 || goesOn(does, stage, after.stage)
            ? end
            : Math.min(end, until + yellowUsedSeconds);
        const last = Math.min(cycleSeconds, Math.round(stops));
        for (let s = Math.round(begins); s < last; s++) going[l * cycleSeconds + s] = stage;
      }
      from = end;
    }
    return going;
  }

  /** Of each second, how fast those go who must give way: as the queue against them lasts, and as gaps come. */
  private slowRates(
    l: number,
    going: Int16Array,
    queues: Float64Array,
    departures: Float64Array,
    cycleSeconds: number,
    slow: Float64Array,
  ): void {
    const { rates, giving } = this.flows[l] as LaneFlow;
    for (let s = 0; s < cycleSeconds; s++) {
      const stage = going[l * cycleSeconds + s] as number;
      const foes = stage < 0 ? [] : (this.layout.foes[stage]?.[l] ?? []);
      if (foes.length === 0) {
        slow[s] = stage < 0 ? 0 : (rates[stage] as Rate).slow;
        continue;
      }
      let flow = 0;
      for (const foe of foes) {
        const at = foe * cycleSeconds + s;
        const isQueued = (queues[at] as number) > noQueue;
        const against = (this.flows[foe] as LaneFlow).rates[stage] as Rate;
        flow += isQueued ? against.fast : (departures[at] as number);
      }
      slow[s] = (giving[stage] as number) * freeGiving * gapFactor(flow);
    }
  }
}

/** Whether all links of a lane that go in `one` stage go in the other as well. */
const goesOn = (does: Lane['service'], one: number, other: number): boolean =>
  (does[one] ?? []).every(
    (what, i) => what < service.permitted || (does[other]?.[i] as number) >= service.permitted,
  );

/** A plan under which a lane has no way to go. */
function nothingGoes(
  cycleSeconds: number,
  delaySeconds: Float64Array,
  volumeToCapacity: Float64Array,
  departures: Float64Array,
  going: Int16Array,
): Played {
  return {
    cycleSeconds,
    cost: Number.POSITIVE_INFINITY,
    delaySeconds: delaySeconds.fill(Number.POSITIVE_INFINITY),
    volumeToCapacity: volumeToCapacity.fill(Number.POSITIVE_INFINITY),
    departures,
    going,
  };
}

/** One lane through one cycle. */
class LaneCycle {
  private readonly first: number;
  private readonly seconds: number;
  private readonly going: Int16Array;
  private readonly rates: readonly Rate[];
  private readonly slow: Float64Array;
  private readonly giving: readonly number[];
  /** Chance that the vehicle which is first now need not give way; below 0 before anything was seen. */
  private open = -1;

  constructor(
    lane: number,
    seconds: number,
    going: Int16Array,
    rates: readonly Rate[],
    slow: Float64Array,
    { giving }: LaneFlow,
  ) {
    this.first = lane * seconds;
    this.seconds = seconds;
    this.going = going;
    this.rates = rates;
    this.slow = slow;
    this.giving = giving;
  }

  /** Vehicles that could leave in a cycle. */
  capacity(): number {
    this.open = -1;
    let vehicles = 0;
    let greens = 0;
    for (let s = 0; s < this.seconds; s++) {
      vehicles += this.go(s, Number.POSITIVE_INFINITY);
      if (this.endsAfter(s)) greens++;
    }
    return Math.max(0, vehicles - halfVehicle * greens);
  }

  /** Time that vehicles stand in a cycle, vehicle seconds, once the same queue comes back with every cycle. */
  queue(
    arrivals: Float64Array | undefined,
    part: number,
    evenVps: number,
    queues: Float64Array,
    departures: Float64Array,
  ): number {
    this.open = -1;
    let waiting = 0;
    let stood = 0;
    for (let round = 0; round < 2; round++) {
      stood = 0;
      for (let s = 0; s < this.seconds; s++) {
        const at = this.first + s;
        waiting += part * (arrivals === undefined ? evenVps : (arrivals[at] as number));
        const left = this.go(s, waiting);
        waiting -= left;
        stood += waiting;
        queues[at] = waiting;
        departures[at] = left;
      }
    }
    return stood;
  }

  /** Vehicles that leave in a second, of those that wait. */
  private go(s: number, waiting: number): number {
    const stage = this.going[this.first + s] as number;
    if (stage < 0) return 0;
    const { fast, passing } = this.rates[stage] as Rate;
    const before = this.going[this.first + ((s + this.seconds - 1) % this.seconds)] as number;
    if (stage !== before || this.open < 0) this.open = passing;
    const others = (this.slow[s] as number) + this.sneaking(s, stage);
    const could = fast * this.open + others * (1 - this.open);
    if (could <= 0 || waiting <= 0) return 0;
    const took = Math.min(1, waiting / could);
    const { open } = this;
    this.open += took * (passing * others * (1 - open) - (1 - passing) * fast * open);
    this.open = Math.min(1, Math.max(0, this.open));
    return took * could;
  }

  /** Those who wait inside for a gap leave when their green ends: HCM 6, sneakers. */
  private sneaking(s: number, stage: number): number {
    return this.endsAfter(s) ? (this.giving[stage] as number) * storedMost : 0;
  }

  private endsAfter(s: number): boolean {
    const now = this.going[this.first + s] as number;
    return now >= 0 && (this.going[this.first + ((s + 1) % this.seconds)] as number) < 0;
  }
}
