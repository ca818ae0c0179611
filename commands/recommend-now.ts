import type { Network } from '#domain/network.ts';
import { type Layout, layoutsOf } from '#domain/signal-control/layout.ts';
import { controlModelOf } from '#domain/signal-control/network-model.ts';
import { minutes } from '#domain/time.ts';
import { isFresh, type LaneMinutes, withMinute } from '#processors/signal-timing/corridors.ts';
import { isMeasured } from '#processors/signal-timing/evidence.ts';
import { recommend } from '#processors/signal-timing/recommend.ts';
import { recommendTogether } from '#processors/signal-timing/together.ts';
import type { CityClock } from '#runtime/clock.ts';
import type { MeasureStore, Row } from '#runtime/measures.ts';
import type { ApproachState } from '#schemas/generated/approach.state.v1.ts';
import type { IntersectionPerformance } from '#schemas/generated/intersection.performance.v1.ts';
import type { SignalRecommendation } from '#schemas/generated/signal.recommendation.v1.ts';
import { eventOf } from '#schemas/row.ts';

/** How far back an engineer's question looks. */
const lookBack = minutes(30);

type Answer =
  | { readonly kind: 'recommendation'; readonly document: SignalRecommendation }
  | { readonly kind: 'none'; readonly reasons: readonly string[] };

/** Advice for one intersection now, from what is in the store: the same science as in the stream. */
export function recommendNow(network: Network, store: MeasureStore, clock: CityClock) {
  let asked = 0;
  let layouts: ReadonlyMap<string, Layout> | undefined;
  return async (
    id: string,
    bounds: { cycleSecondsMin?: number; cycleSecondsMax?: number },
    applied: SignalRecommendation | undefined,
  ): Promise<Answer> => {
    const intersection = network.intersections.get(id);
    if (!intersection) return { kind: 'none', reasons: [`${id} is not a signalised intersection`] };
    const at = clock.now();
    const rowsOf = async (table: string): Promise<readonly Row[]> =>
      store.select({
        table,
        where: { intersection: id },
        timeColumn: 'window_start',
        from: at - lookBack,
        to: at + 1,
        limit: 100,
      });
    const inForce = applied ? { id: applied.recommendation, ...applied.plan } : intersection.plan;
    const request = { network, bounds: boundsOf(bounds), at, nonce: `asked-${id}-${at}-${asked++}` };
    const windows = (await rowsOf('intersection_performance')).map(
      (row) => eventOf(row) as unknown as IntersectionPerformance,
    );
    if (!windows.some(({ quality }) => isMeasured(quality))) {
      const lanes = (await rowsOf('approach_state'))
        .map((row) => eventOf(row) as unknown as ApproachState)
        .sort((a, b) => a.windowStart - b.windowStart)
        .reduce<LaneMinutes | null>(withMinute, null);
      layouts ??= layoutsOf(controlModelOf(network, [...network.intersections.values()]));
      const layout = layouts.get(id);
      if (lanes !== null && isFresh(lanes, at) && layout !== undefined) {
        const seen = { intersection, layout, inForce, lanes };
        return recommendTogether({ ...request, signals: [seen] }).get(id) as Answer;
      }
    }
    return recommend({ ...request, intersection, windows, inForce });
  };
}

const boundsOf = ({
  cycleSecondsMin,
  cycleSecondsMax,
}: {
  cycleSecondsMin?: number;
  cycleSecondsMax?: number;
}) => ({
  minimumCycleSeconds: cycleSecondsMin,
  maximumCycleSeconds: cycleSecondsMax,
});
