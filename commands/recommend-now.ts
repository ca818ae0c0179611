import type { Network } from '#domain/network.ts';
import { minutes } from '#domain/time.ts';
import { recommend } from '#processors/signal-timing/recommend.ts';
import type { CityClock } from '#runtime/clock.ts';
import type { MeasureStore } from '#runtime/measures.ts';
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
  return async (
    id: string,
    bounds: { cycleSecondsMin?: number; cycleSecondsMax?: number },
    applied: SignalRecommendation | undefined,
  ): Promise<Answer> => {
    const intersection = network.intersections.get(id);
    if (!intersection) return { kind: 'none', reasons: [`${id} is not a signalised intersection`] };
    const at = clock.now();
    const rows = await store.select({
      table: 'intersection_performance',
      where: { intersection: id },
      timeColumn: 'window_start',
      from: at - lookBack,
      to: at + 1,
      limit: 100,
    });
    const windows = rows.map((row) => eventOf(row) as unknown as IntersectionPerformance);
    const nonce = `asked-${id}-${at}-${asked++}`;
    return recommend({
      network,
      intersection,
      windows,
      inForce: applied ? { id: applied.recommendation, ...applied.plan } : intersection.plan,
      bounds: boundsOf(bounds),
      at,
      nonce,
    });
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
