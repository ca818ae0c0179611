import { scopes } from '#domain/forecast/subject.ts';
import type { DistrictId, Network } from '#domain/network.ts';
import { type EventTime, minutes } from '#domain/time.ts';
import type { Emit, Input, Processor } from '#runtime/processor.ts';
import type { ForecastModel } from '#schemas/generated/forecast.model.v1.ts';
import type { LinkForecast } from '#schemas/generated/link.forecast.v1.ts';
import type { LinkState } from '#schemas/generated/link.state.v1.ts';
import { reject } from '#schemas/rejection.ts';
import { forecastAccuracies, forecastModels, linkForecasts, linkStates } from '#schemas/topics.ts';
import {
  acceptsModel,
  endTick,
  type Forecasting,
  forecasting,
  forecastsOf,
  inOrder,
  isOld,
  keepForecasting,
  modelsTrail,
  takeModel,
} from '../forecasting/forecasting.ts';
import type { MemberForecast } from '../forecasting/group.ts';

/** Every five minutes 15, 30 and 60 minutes ahead. */
const { pace, span } = scopes.link;
const tickMinutes = pace.tickSeconds / 60;
const levelPermille = 900;
/** Forecasters count in hundredths of the largest speed that the wire carries. */
const largestDecikph = 10 * span;
const decikphOf = (value: number): number => Math.round((value * largestDecikph) / 100);

interface Link {
  /** End of the newest window that had a speed. */
  readonly seenAt: EventTime;
}

type Heard = LinkState | ForecastModel;
type LinkForecasts = Forecasting<Link>;

/**
 * Forecasts the speed of every link that has ever spoken 15, 30 and 60 minutes ahead, every five minutes, by that
 * forecaster of several whose error on that link and horizon was least of late (`Forecaster`). The interval rests on
 * errors really made, and its coverage is counted from intervals really issued, each against the mean of the five
 * minutes that end at its target. A forecast is `missing` when there is neither a speed of the last hour nor a profile,
 * and `stale` when nothing was measured for 20 minutes.
 *
 * Only windows newer than the last are learnt from; a revision of an older one comes too late to matter. A model that
 * engineers hand in speaks for links where it errs least; one that is to replace it is first tried for a day.
 */
export const linkForecast: Processor<Heard, LinkForecasts> = {
  name: 'link-forecast',
  stateVersion: 7,
  reads: [linkStates, forecastModels],
  writes: [linkForecasts, forecastAccuracies],
  lateness: 0,
  revisionBound: modelsTrail,
  tick: minutes(tickMinutes),
  initial: () => forecasting('link', { wholes: largestDecikph / 100, summary: 'mean', hasRoom: false }),
  step,
  accepts: (network, _topic, event) =>
    'model' in event
      ? acceptsModel(network, event)
      : network.links.has(event.link)
        ? undefined
        : reject('reference.unknown', 'link', `${event.link}; a link of the network would be right`),
  keep: keepForecasting<Link>(),
};

function step(state: LinkForecasts, input: Input<Heard>, emit: Emit, { timeZone }: Network): void {
  if (input.kind !== 'watermark') {
    if ('model' in input.event) takeModel(state, input.event);
    else take(state, input.event);
    return;
  }
  for (const forecasts of inOrder(state)) {
    endTick(state.subject, forecasts, input.at, timeZone, emit);
    const { district, group, members } = forecasts;
    for (const forecast of group.forecasts())
      emit(linkForecasts, issue(forecast, district, members.get(forecast.id)!, input.at));
  }
}

function take(state: LinkForecasts, event: LinkState): void {
  const { link: id, district, windowStart, windowSeconds, spaceMeanDecikph } = event;
  const { group, members, changed } = forecastsOf(state, district);
  const before = members.get(id) ?? { seenAt: Number.MIN_SAFE_INTEGER };
  const end = windowStart + windowSeconds * 1000;
  const isNew = spaceMeanDecikph !== null && end > before.seenAt;
  members.set(id, isNew ? { seenAt: end } : before);
  group.add(id);
  changed.add(id);
  if (isNew) group.measure(id, (100 * spaceMeanDecikph) / largestDecikph);
}

function issue(
  forecast: MemberForecast,
  district: DistrictId,
  { seenAt }: Link,
  at: EventTime,
): LinkForecast {
  const horizonMinutes = tickMinutes * pace.horizons[forecast.horizon]!;
  const isKnown = forecast.layer >= 0;
  const { coverage } = forecast;
  // 0 is no speed.
  const decikph = Math.max(1, decikphOf(forecast.value));
  return {
    district,
    link: forecast.id,
    at,
    target: at + minutes(horizonMinutes),
    horizonMinutes,
    spaceMeanDecikph: isKnown ? decikph : null,
    lowDecikph: isKnown ? Math.min(decikph, decikphOf(forecast.low)) : null,
    highDecikph: isKnown ? Math.max(decikph, decikphOf(forecast.high)) : null,
    levelPermille,
    coveragePermille: Number.isNaN(coverage) ? null : Math.round(1000 * coverage),
    model: isKnown ? forecast.model : 'none',
    quality: !isKnown ? 'missing' : isOld(seenAt, at) ? 'stale' : 'forecast',
  };
}
