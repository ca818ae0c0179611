/**
 * What to show next, from a search over all sequences of stages of the coming minute. Vehicles are a fluid that stands
 * at the stop bar of its lane; the cost is the time that they stand. Of the sequences that show the same stage at the
 * same time only the best is followed (a forward dynamic programme), so the work grows with stages squared.
 */
import { gapFactor } from './gaps.ts';
import { startupSeconds, yellowUsedSeconds } from './green-learning.ts';
import type { Layout } from './layout.ts';
import type { SignalState } from './signal-estimate.ts';
import { type StageRates, stageRates } from './stage-rates.ts';

/** What is to come. */
export interface Outlook {
  /** Vehicles that reach the stop bar of each lane in each second: `arrivals[lane * seconds + second]`. */
  readonly arrivals: Float64Array;
  /** Seconds that are looked ahead. */
  readonly seconds: number;
  /** Of each lane, which of its links have no room behind them. */
  readonly closed: readonly (readonly boolean[])[];
}

/** What the signal is at when it is asked. */
export interface Standing {
  /** The stage that shows, or that the clearance leads to. */
  readonly stage: number;
  readonly elapsedSeconds: number;
  /** To the end of the clearance, s; 0 when there is none. */
  readonly startsInSeconds: number;
}

export interface Timing {
  readonly tickSeconds: number;
  /** From now to the effect of a decision, s. */
  readonly latencySeconds: number;
}

/** A stage, and how many seconds after a decision takes effect it is to be called. */
export interface Decision {
  readonly stage: number;
  readonly afterSeconds: number;
}

interface Node {
  readonly stage: number;
  /** Since its start of green, s. */
  readonly elapsed: number;
  /** When, in seconds from now. */
  readonly at: number;
  readonly cost: number;
  /** Cost, and what is still to come of it. */
  readonly total: number;
  /** First decision on the way here. */
  readonly first: Decision;
  readonly queue: Float64Array;
  /** Chance that the first vehicle of each lane need not give way. */
  readonly open: Float64Array;
  /** Vehicles of each lane that have left by then. */
  readonly gone: Float64Array;
}

type Lanes = Pick<Node, 'queue' | 'open' | 'gone'>;

/** A lane that waits longer than this weighs more, doubling each time, s. */
const patienceSeconds = 30;
/** Less than this many vehicles are no queue. */
const noQueue = 0.5;

/** When, within a part of a sequence, each lane may go: from `lost` to `used` in the old stage, from `begins` in the new. */
class Spans {
  readonly lost: Float64Array;
  readonly used: Float64Array;
  readonly begins: Float64Array;

  constructor(lanes: number) {
    this.lost = new Float64Array(lanes);
    this.used = new Float64Array(lanes);
    this.begins = new Float64Array(lanes);
  }

  set(lane: number, lost: number, used: number, begins: number): void {
    this.lost[lane] = lost;
    this.used[lane] = used;
    this.begins[lane] = begins;
  }

  fill(lost: number, used: number, begins: number): void {
    for (let lane = 0; lane < this.lost.length; lane++) this.set(lane, lost, used, begins);
  }
}

/** The search for one signal. */
export class Horizon {
  private readonly layout: Layout;
  private readonly state: SignalState;
  private readonly rates: StageRates;
  private readonly spans: Spans;
  private readonly outlook: Outlook;
  private readonly timing: Timing;
  private readonly weights: number[];

  constructor(layout: Layout, state: SignalState, outlook: Outlook, timing: Timing) {
    this.layout = layout;
    this.state = state;
    this.outlook = outlook;
    this.timing = timing;
    this.rates = stageRates(layout, state.lanes, outlook.closed);
    this.spans = new Spans(layout.lanes.length);
    this.weights = state.lanes.map(
      ({ waitedSeconds }) => 1 + Math.max(0, waitedSeconds / patienceSeconds - 1),
    );
  }

  decide(standing: Standing): Decision {
    const { tickSeconds, latencySeconds } = this.timing;
    const stages = this.layout.signal.stages.length;
    const steps = Math.floor((this.outlook.seconds - latencySeconds) / tickSeconds);
    const layers: (Node | undefined)[][] = Array.from({ length: steps + 1 }, () =>
      new Array(stages).fill(undefined),
    );
    (layers[0] as Node[])[standing.stage] = this.start(standing);
    for (let step = 0; step < steps; step++)
      for (const node of layers[step] as (Node | undefined)[])
        if (node) this.branch(node, step, standing, layers);
    let best: Node | undefined;
    for (const node of layers[steps] as (Node | undefined)[])
      if (node && (best === undefined || node.total < best.total)) best = node;
    return best?.first ?? { stage: standing.stage, afterSeconds: 0 };
  }

  /** When the decision takes effect. */
  private start({ stage, elapsedSeconds, startsInSeconds }: Standing): Node {
    const { lanes } = this.state;
    const now: Node = {
      stage,
      elapsed: elapsedSeconds,
      at: 0,
      cost: 0,
      total: 0,
      first: { stage, afterSeconds: 0 },
      queue: Float64Array.from(lanes, ({ vehicles, moving, beyond }) => vehicles - moving + beyond),
      open: this.rates.first.slice(stage * lanes.length, (stage + 1) * lanes.length),
      gone: new Float64Array(lanes.length),
    };
    return this.hold(now, this.timing.latencySeconds, startsInSeconds, now.first);
  }

  private branch(node: Node, step: number, standing: Standing, layers: (Node | undefined)[][]): void {
    const { signal, clearance } = this.layout;
    const { tickSeconds } = this.timing;
    const steps = layers.length - 1;
    for (let to = 0; to < signal.stages.length; to++) {
      if (to === node.stage) {
        const first = step === 0 ? { stage: to, afterSeconds: 0 } : node.first;
        keep(layers[step + 1] as Node[], this.hold(node, tickSeconds, 0, first));
        continue;
      }
      const least = signal.minGreenSeconds - node.elapsed;
      // Only the coming switch is timed to the second; the later ones will be when their turn comes.
      const last = step === 0 && standing.startsInSeconds <= 0 ? tickSeconds - 1 : 0;
      for (let after = 0; after <= last; after++) {
        const wait = Math.max(after, least);
        if (wait >= tickSeconds || (wait > after && after < last)) continue;
        const clear = clearance[node.stage]?.[to] as number;
        const taken = Math.ceil((wait + clear + signal.minGreenSeconds - 1e-9) / tickSeconds);
        const next = Math.min(steps, step + Math.max(1, taken));
        const first = step === 0 ? { stage: to, afterSeconds: wait } : node.first;
        keep(layers[next] as Node[], this.change(node, to, wait, (next - step) * tickSeconds, first));
      }
    }
  }

  /** Lets the stage go on for `seconds`, with no green in the first `redSeconds` of them. */
  private hold(node: Node, seconds: number, redSeconds: number, first: Decision): Node {
    const next = this.copy(node);
    // The start-up loss of a green that has just begun, or is about to.
    const lost = redSeconds > 0 ? redSeconds + startupSeconds : startupSeconds - node.elapsed;
    this.spans.fill(Math.ceil(lost), seconds, seconds);
    const cost = node.cost + this.run(next, node.stage, node.stage, node.at, seconds);
    const elapsed = redSeconds > 0 ? Math.max(0, seconds - redSeconds) : node.elapsed + seconds;
    return this.finish({ ...next, stage: node.stage, elapsed, at: node.at + seconds, cost, first });
  }

  /** Holds for `wait`, clears, and lets the stage `to` go for the rest of `seconds`. */
  private change(node: Node, to: number, wait: number, seconds: number, first: Decision): Node {
    const { lanes, stages, stays } = this.rates;
    const next = this.copy(node);
    const clear = this.layout.clearance[node.stage]?.[to] as number;
    const green = Math.min(seconds, wait + clear);
    const lost = node.elapsed === 0 ? startupSeconds : 0;
    for (let l = 0; l < lanes; l++) {
      const isSteady = stays[(node.stage * stages + to) * lanes + l] === 1;
      const used = isSteady ? wait : wait + Math.min(clear, yellowUsedSeconds);
      this.spans.set(l, lost, used, isSteady ? wait : green + startupSeconds);
    }
    const cost = node.cost + this.run(next, node.stage, to, node.at, seconds);
    return this.finish({
      ...next,
      stage: to,
      elapsed: Math.max(0, seconds - green),
      at: node.at + seconds,
      cost,
      first,
    });
  }

  /** The first vehicle under another stage: one that was held is more likely one that this stage serves. */
  private turn(next: Lanes, l: number, from: number, to: number): void {
    const { lanes, stages, passing, free, held, first } = this.rates;
    const pair = (from * stages + to) * lanes + l;
    const chance = next.open[l] as number;
    const another =
      (next.queue[l] as number) < noQueue
        ? (passing[to * lanes + l] as number)
        : chance * (free[pair] as number) + (1 - chance) * (held[pair] as number);
    // As long as nobody left, what is known of the vehicle that is first now still holds.
    const same = Math.max(0, 1 - (next.gone[l] as number));
    next.open[l] = same * (first[to * lanes + l] as number) + (1 - same) * another;
  }

  /** Lets all lanes discharge, second by second; answers with the time that their vehicles stand, weighed. */
  private run(next: Lanes, from: number, to: number, at: number, seconds: number): number {
    const { lanes, fast, passing } = this.rates;
    const { queue, open, gone } = next;
    const { lost, used, begins } = this.spans;
    const { arrivals } = this.outlook;
    let stood = 0;
    for (let s = 0; s < seconds; s++)
      for (let l = 0; l < lanes; l++) {
        let q = (queue[l] as number) + (arrivals[l * this.outlook.seconds + at + s] as number);
        const begun = s >= (begins[l] as number);
        if (begun && s - 1 < (begins[l] as number)) this.turn(next, l, from, to);
        if (q > 0 && (begun || (s >= (lost[l] as number) && s < (used[l] as number)))) {
          const rate = (begun ? to : from) * lanes + l;
          const chance = open[l] as number;
          const quick = (fast[rate] as number) * chance;
          const slow = chance < 1 ? this.slowRate(rate, next, at + s) : 0;
          const could = quick + slow * (1 - chance);
          if (could > 0) {
            const part = Math.min(1, q / could);
            q -= part * could;
            gone[l] = (gone[l] as number) + part * could;
            const share = passing[rate] as number;
            open[l] = chance + part * (share * slow * (1 - chance) - (1 - share) * quick);
          }
        }
        queue[l] = q;
        stood += q * (this.weights[l] as number);
      }
    return stood;
  }

  /** Of vehicles that give way to lanes which may be on the move, vehicles a second. */
  private slowRate(rate: number, { queue, open }: Lanes, at: number): number {
    const { lanes, slow, foes, fast } = this.rates;
    const nominal = slow[rate] as number;
    const against = foes[rate] as readonly number[];
    if (nominal === 0 || against.length === 0) return nominal;
    const stage = (rate - (rate % lanes)) / lanes;
    let flow = 0;
    for (const foe of against)
      flow +=
        (queue[foe] as number) > noQueue
          ? (fast[stage * lanes + foe] as number) * (open[foe] as number)
          : (this.outlook.arrivals[foe * this.outlook.seconds + at] as number);
    return nominal * gapFactor(flow);
  }

  private copy({ queue, open, gone }: Lanes): Lanes {
    return { queue: queue.slice(), open: open.slice(), gone: gone.slice() };
  }

  /** Adds the cost of those who still stand: all must go, one stage after the other. */
  private finish(node: Omit<Node, 'total'>): Node {
    const { best } = this.rates;
    let vehicles = 0;
    let work = 0;
    for (let l = 0; l < best.length; l++) {
      const queue = node.queue[l] as number;
      vehicles += queue;
      if ((best[l] as number) > 0) work = Math.max(work, queue / (best[l] as number));
    }
    const { yellowSeconds } = this.layout.signal;
    return { ...node, total: node.cost + vehicles * (work / 2 + yellowSeconds + startupSeconds) };
  }
}

function keep(layer: (Node | undefined)[], node: Node): void {
  const best = layer[node.stage];
  if (best === undefined || node.total < best.total) layer[node.stage] = node;
}
