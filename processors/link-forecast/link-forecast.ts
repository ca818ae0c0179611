import { profileSlot } from '#domain/local-time.ts';
import type { Network } from '#domain/network.ts';
import { type EventTime, minutes } from '#domain/time.ts';
import type { Emit, Input, Keep, Processor } from '#runtime/processor.ts';
import type { LinkForecast } from '#schemas/generated/link.forecast.v1.ts';
import type { LinkState } from '#schemas/generated/link.state.v1.ts';
import { reject } from '#schemas/rejection.ts';
import { linkForecasts, linkStates } from '#schemas/topics.ts';
import { coveragePermille, levelPermille } from './interval.ts';
import {
  createLinkModel,
  forecast,
  forgetUnscored,
  horizons,
  type LinkModel,
  learn,
  refresh,
} from './model.ts';

const model = 'weekly-profile-and-last-value.1';

export interface LinkForecasts {
  readonly links: Map<string, LinkModel>;
  /** The links in order of id, so that what is emitted first does not depend on who spoke first. */
  ids: string[];
  /** Links whose rows are not saved yet. */
  readonly changed: Set<string>;
}

const keep: Keep<LinkForecasts> = {
  *changed(state) {
    for (const id of state.changed) {
      const link = state.links.get(id);
      // A copy: the link goes on changing while the row is written.
      if (link) yield [id, structuredClone({ ...link, profile: [...link.profile] })];
    }
    state.changed.clear();
  },
  restore(state, rows) {
    for (const [id, value] of rows) {
      const row = structuredClone(value) as LinkModel & { readonly profile: Iterable<number> };
      state.links.set(id, { ...row, profile: Uint16Array.from(row.profile) });
    }
  },
};

/**
 * Forecasts the speed of every link that has ever spoken 15, 30 and 60 minutes ahead, every five minutes: the
 * profile of the week at the target, plus the share of the present departure from the profile that has been
 * seen to last so long on that link. Until the profile is known, the last speed.
 *
 * The interval rests on the errors that the forecaster has really made on that link and horizon, and its
 * coverage is counted from the intervals that were really issued, each against the window that holds its
 * target. A forecast is `missing` when there is neither a speed of the last 20 minutes nor a profile.
 *
 * Only windows newer than the last are learnt from; a revision of an older one comes too late to matter.
 */
export const linkForecast: Processor<LinkState, LinkForecasts> = {
  name: 'link-forecast',
  stateVersion: 1,
  reads: [linkStates],
  writes: [linkForecasts],
  lateness: 0,
  revisionBound: 0,
  tick: minutes(5),
  initial: () => ({ links: new Map(), ids: [], changed: new Set() }),
  step,
  accepts: (network, _topic, { link }) =>
    network.links.has(link)
      ? undefined
      : reject('reference.unknown', 'link', `${link}; a link of the network would be right`),
  keep,
};

function step(state: LinkForecasts, input: Input<LinkState>, emit: Emit, network: Network): void {
  if (input.kind === 'watermark') issueAll(state, input.at, emit, network.timeZone);
  else take(state, input.event, network);
}

function take(state: LinkForecasts, event: LinkState, network: Network): void {
  const { link: id, district, windowStart, windowSeconds, spaceMeanDecikph } = event;
  const known = state.links.get(id);
  const link = known ?? createLinkModel(district, network.links.get(id)?.freeFlowKph ?? 0);
  if (!known) {
    state.links.set(id, link);
    state.changed.add(id);
  }
  const end = windowStart + windowSeconds * 1000;
  if (spaceMeanDecikph === null || end <= link.seenAt) return;
  learn(link, spaceMeanDecikph, windowStart, end, profileSlot(windowStart, network.timeZone));
  state.changed.add(id);
}

function issueAll(state: LinkForecasts, at: EventTime, emit: Emit, timeZone: string): void {
  if (state.ids.length !== state.links.size) state.ids = [...state.links.keys()].sort();
  const slotNow = profileSlot(at, timeZone);
  const slotsThen = horizons.map((horizon) => profileSlot(at + minutes(horizon.minutes), timeZone));
  for (const id of state.ids) {
    const link = state.links.get(id) as LinkModel;
    refresh(link);
    forgetUnscored(link, at);
    for (let horizon = 0; horizon < horizons.length; horizon++)
      emit(linkForecasts, issue(id, link, horizon, at, slotNow, slotsThen[horizon] as number));
    state.changed.add(id);
  }
}

function issue(
  id: string,
  link: LinkModel,
  horizon: number,
  at: EventTime,
  slotNow: number,
  slotThen: number,
): LinkForecast {
  const { minutes: horizonMinutes } = horizons[horizon] as (typeof horizons)[number];
  const issued = forecast(link, horizon, at, slotNow, slotThen);
  const errors = link.horizons[horizon]?.errors;
  return {
    district: link.district,
    link: id,
    at,
    target: at + minutes(horizonMinutes),
    horizonMinutes,
    spaceMeanDecikph: issued?.decikph ?? null,
    lowDecikph: issued?.low ?? null,
    highDecikph: issued?.high ?? null,
    levelPermille,
    coveragePermille: errors ? coveragePermille(errors) : null,
    model,
    quality: issued ? 'forecast' : 'missing',
  };
}
