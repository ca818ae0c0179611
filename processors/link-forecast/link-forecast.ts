import { cityTick } from '#domain/forecast/city-ticks.ts';
import type { SharedState } from '#domain/forecast/forecaster.ts';
import { scopes } from '#domain/forecast/subject.ts';
import type { DistrictId, Network } from '#domain/network.ts';
import { type EventTime, minutes } from '#domain/time.ts';
import type { Emit, Input, Keep, Processor } from '#runtime/processor.ts';
import type { LinkForecast } from '#schemas/generated/link.forecast.v1.ts';
import type { LinkState } from '#schemas/generated/link.state.v1.ts';
import { reject } from '#schemas/rejection.ts';
import { forecastAccuracies, linkForecasts, linkStates } from '#schemas/topics.ts';
import { Group, type MemberForecast, type SavedMember } from '../forecasting/group.ts';

/** Every five minutes 15, 30 and 60 minutes ahead. */
const { pace, span } = scopes.link;
const tickMinutes = pace.tickSeconds / 60;
const levelPermille = 900;
/** Forecasters count in hundredths of the largest speed that the wire carries. */
const largestDecikph = 10 * span;
const decikphOf = (value: number): number => Math.round((value * largestDecikph) / 100);
/** A row that is no link's. */
const sharedRow = ' all';

interface Link {
  readonly district: DistrictId;
  /** End of the newest window that had a speed. */
  seenAt: EventTime;
}

export interface LinkForecasts {
  readonly group: Group;
  readonly links: Map<string, Link>;
  /** Links whose rows are not saved yet. */
  readonly changed: Set<string>;
}

type LinkRow = Link & { readonly saved: SavedMember };

const keep: Keep<LinkForecasts> = {
  *changed({ group, links, changed }) {
    if (changed.size === 0) return;
    for (const id of changed) yield [id, { ...links.get(id)!, saved: group.save(id) } satisfies LinkRow];
    yield [sharedRow, group.saveShared()];
    changed.clear();
  },
  restore({ group, links }, rows) {
    const members: [string, SavedMember][] = [];
    let shared: SharedState | undefined;
    for (const [id, value] of rows) {
      if (id === sharedRow) {
        shared = value as SharedState;
        continue;
      }
      const { district, seenAt, saved } = value as LinkRow;
      links.set(id, { district, seenAt });
      members.push([id, saved]);
    }
    group.restore(members, shared);
  },
};

/**
 * Forecasts the speed of every link that has ever spoken 15, 30 and 60 minutes ahead, every five minutes, by that
 * forecaster of several whose error on that link and horizon was least of late (`Forecaster`). The interval rests on
 * errors really made, and its coverage is counted from intervals really issued, each against the mean of the five
 * minutes that end at its target. A forecast is `missing` when there is neither a speed of the last hour nor a profile.
 *
 * Only windows newer than the last are learnt from; a revision of an older one comes too late to matter.
 */
export const linkForecast: Processor<LinkState, LinkForecasts> = {
  name: 'link-forecast',
  stateVersion: 3,
  reads: [linkStates],
  writes: [linkForecasts, forecastAccuracies],
  lateness: 0,
  revisionBound: 0,
  tick: minutes(tickMinutes),
  initial: () => ({ group: new Group(pace, largestDecikph / 100), links: new Map(), changed: new Set() }),
  step,
  accepts: (network, _topic, { link }) =>
    network.links.has(link)
      ? undefined
      : reject('reference.unknown', 'link', `${link}; a link of the network would be right`),
  keep,
};

function step(state: LinkForecasts, input: Input<LinkState>, emit: Emit, { timeZone }: Network): void {
  if (input.kind !== 'watermark') {
    take(state, input.event);
    return;
  }
  const { group, links, changed } = state;
  for (const { id, horizon, hour } of group.hours(input.at))
    emit(forecastAccuracies, {
      ...{ district: links.get(id)!.district, subject: 'link', id, at: input.at },
      ...{ ...hour, horizonMinutes: tickMinutes * pace.horizons[horizon]! },
    });
  group.tick(cityTick(input.at, pace, timeZone), input.at);
  for (const forecast of group.forecasts())
    emit(linkForecasts, issue(forecast, links.get(forecast.id)!.district, input.at));
  for (const id of links.keys()) changed.add(id);
}

function take({ group, links, changed }: LinkForecasts, event: LinkState): void {
  const { link: id, district, windowStart, windowSeconds, spaceMeanDecikph } = event;
  const link = links.get(id) ?? { district, seenAt: Number.MIN_SAFE_INTEGER };
  links.set(id, link);
  group.add(id);
  changed.add(id);
  const end = windowStart + windowSeconds * 1000;
  if (spaceMeanDecikph === null || end <= link.seenAt) return;
  link.seenAt = end;
  group.measure(id, (100 * spaceMeanDecikph) / largestDecikph);
}

function issue(forecast: MemberForecast, district: DistrictId, at: EventTime): LinkForecast {
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
    quality: isKnown ? 'forecast' : 'missing',
  };
}
