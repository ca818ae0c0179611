import type { Answer, OnDemand, WhatIf } from '#api/context.ts';
import type { Intersection, Network, Plan } from '#domain/network.ts';
import { type Layout, layoutsOf } from '#domain/signal-control/layout.ts';
import { controlModelOf } from '#domain/signal-control/network-model.ts';
import { type EventTime, minutes } from '#domain/time.ts';
import { advisable, isFresh, type LaneMinutes, withMinute } from '#processors/signal-timing/corridors.ts';
import { isMeasured } from '#processors/signal-timing/evidence.ts';
import { recommend } from '#processors/signal-timing/recommend.ts';
import { recommendTogether, type Seen } from '#processors/signal-timing/together.ts';
import type { CityClock } from '#runtime/clock.ts';
import type { MeasureStore, Row } from '#runtime/measures.ts';
import type { ApproachState } from '#schemas/generated/approach.state.v1.ts';
import type { IntersectionPerformance } from '#schemas/generated/intersection.performance.v1.ts';
import type { SignalRecommendation } from '#schemas/generated/signal.recommendation.v1.ts';
import { eventOf } from '#schemas/row.ts';

/** How far back an engineer's question looks. */
const lookBack = minutes(30);

/** The plan that was applied last; undefined where that of the tables runs. */
type Applied = SignalRecommendation | undefined;

/** Advice now, from what is in the store: the same science as in the stream. */
export class RecommendNow implements OnDemand {
  readonly #network: Network;
  readonly #store: MeasureStore;
  readonly #clock: CityClock;
  #asked = 0;
  #layouts: ReadonlyMap<string, Layout> | undefined;

  constructor(network: Network, store: MeasureStore, clock: CityClock) {
    this.#network = network;
    this.#store = store;
    this.#clock = clock;
  }

  /** For one intersection: from its windows, or from its lanes where no window tells. */
  async one(id: string, asked: WhatIf, applied: Applied): Promise<Answer> {
    const intersection = this.#network.intersections.get(id);
    if (!intersection) return { kind: 'none', reasons: [`${id} is not a signalised intersection`] };
    const request = this.#request(id, asked);
    const rows = await this.#rows('intersection_performance', id, request.at);
    const windows = rows.map((row) => eventOf(row) as unknown as IntersectionPerformance);
    if (!windows.some(({ quality }) => isMeasured(quality))) {
      const seen = await this.#seen(intersection, applied, request.at);
      if (typeof seen !== 'string')
        return recommendTogether({ ...request, signals: [seen] }).get(id) as Answer;
      if (windows.length === 0) return { kind: 'none', reasons: [seen] };
    }
    return recommend({ ...request, intersection, windows, inForce: planOf(intersection, applied) });
  }

  /** For signals together, by their ids: one cycle and a green wave where that saves more than a cycle for each. */
  async corridor(
    ids: readonly string[],
    asked: WhatIf,
    appliedOf: (id: string) => Applied,
  ): Promise<ReadonlyMap<string, Answer>> {
    const request = this.#request(ids.join('-'), asked);
    const signals: Seen[] = [];
    const reasons: string[] = [];
    for (const id of ids) {
      const intersection = this.#network.intersections.get(id);
      const seen =
        intersection === undefined
          ? `${id} is not a signalised intersection`
          : await this.#seen(intersection, appliedOf(id), request.at);
      if (typeof seen === 'string') reasons.push(seen);
      else signals.push(seen);
    }
    if (reasons.length === 0) return recommendTogether({ ...request, signals });
    return new Map(ids.map((id) => [id, { kind: 'none', reasons }]));
  }

  #request(name: string, { cycleSecondsMin, cycleSecondsMax, priority = [] }: WhatIf) {
    const at = this.#clock.now();
    return {
      network: this.#network,
      bounds: { minimumCycleSeconds: cycleSecondsMin, maximumCycleSeconds: cycleSecondsMax },
      priority: new Map(priority.map(({ link, weight }) => [link, weight])),
      at,
      nonce: `asked-${name}-${at}-${this.#asked++}`,
    };
  }

  async #rows(table: string, intersection: string, at: EventTime): Promise<readonly Row[]> {
    const range = { timeColumn: 'window_start', from: at - lookBack, to: at + 1, limit: 100 };
    return this.#store.select({ table, where: { intersection }, ...range });
  }

  /** What its lanes said of late, or why no plan can be drawn from them. */
  async #seen(intersection: Intersection, applied: Applied, at: EventTime): Promise<Seen | string> {
    const { id } = intersection;
    const network = this.#network;
    this.#layouts ??= advisable(layoutsOf(controlModelOf(network, [...network.intersections.values()])));
    const layout = this.#layouts.get(id);
    if (layout === undefined)
      return `${id} keeps its plan: it, or a signal near it, has short lanes in which some give way, and may fill`;
    const lanes = (await this.#rows('approach_state', id, at))
      .map((row) => eventOf(row) as unknown as ApproachState)
      .sort((a, b) => a.windowStart - b.windowStart)
      .reduce<LaneMinutes | null>(withMinute, null);
    if (lanes === null || !isFresh(lanes, at))
      return `the lanes of ${id} were not seen in the last two minutes, and no window tells of it`;
    return { intersection, layout, inForce: planOf(intersection, applied), lanes };
  }
}

const planOf = (intersection: Intersection, applied: Applied): Plan =>
  applied ? { id: applied.recommendation, ...applied.plan } : intersection.plan;
