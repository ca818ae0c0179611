import { strict as assert } from 'node:assert';
import { cityTick } from '#domain/forecast/city-ticks.ts';
import type { SharedState } from '#domain/forecast/forecaster.ts';
import { readModelOf } from '#domain/forecast/model-file.ts';
import { type Subject, scopes } from '#domain/forecast/subject.ts';
import type { DistrictId, Network } from '#domain/network.ts';
import { type EventTime, minutes } from '#domain/time.ts';
import type { Emit, Keep } from '#runtime/processor.ts';
import type { ForecastModel } from '#schemas/generated/forecast.model.v1.ts';
import { type Rejection, reject } from '#schemas/rejection.ts';
import { forecastAccuracies } from '#schemas/topics.ts';
import type { Group, SavedMember, SavedModels } from './group.ts';

/** So long a model may be on its way into the log, by the clock of the city. */
export const modelsTrail = minutes(5);

/** A forecast from which nothing was measured for longer than this is stale. */
const oldAfter = minutes(20);

/** Whether what was last measured at `seenAt` is too old for a forecast issued at `at` to count as one of now. */
export const isOld = (seenAt: EventTime, at: EventTime): boolean => at - seenAt > oldAfter;

/** State of a processor that forecasts a group. `Member` is plain data. */
export interface Forecasting<Member> {
  readonly group: Group;
  readonly members: Map<string, Member>;
  /** Members whose rows are not saved yet. */
  readonly changed: Set<string>;
  /** Whether the models that are saved are not those at work. */
  isModelChanged: boolean;
}

export const forecasting = <Member>(group: Group): Forecasting<Member> => ({
  ...{ group, members: new Map(), changed: new Set(), isModelChanged: false },
});

/** Rows that are no member's: nothing in a network is named so. */
const [sharedRow, modelsRow] = [' all', ' models'];
const noModels: SavedModels = { employed: null, onTrial: null };

/** A row for each member, one for what they share, and one for the models. */
export const keepForecasting = <Member extends object>(): Keep<Forecasting<Member>> => ({
  *changed(state) {
    const { group, members, changed } = state;
    for (const id of changed) yield [id, { ...members.get(id)!, saved: group.save(id) }];
    if (changed.size > 0 || state.isModelChanged) yield [sharedRow, group.saveShared()];
    if (state.isModelChanged) yield [modelsRow, group.saveModels()];
    changed.clear();
    state.isModelChanged = false;
  },
  restore({ group, members }, rows) {
    const all: [string, SavedMember][] = [];
    let shared: SharedState | undefined;
    let models = noModels;
    for (const [id, value] of rows)
      if (id === sharedRow) shared = value as SharedState;
      else if (id === modelsRow) models = value as SavedModels;
      else {
        const { saved, ...member } = value as Member & { readonly saved: SavedMember };
        members.set(id, member as unknown as Member);
        all.push([id, saved]);
      }
    group.restore(all, models, shared);
  },
});

/** Lets the group try a model of its subject. */
export function takeModel<Member>(
  state: Forecasting<Member>,
  subject: Subject,
  { subject: of, model: bytes }: ForecastModel,
): void {
  if (of !== subject) return;
  const file = readModelOf(subject, bytes);
  assert(!('fault' in file), 'a model that was accepted cannot be read');
  if (!state.group.propose(file.model, bytes)) return;
  state.isModelChanged = true;
  // What was kept of a trial before is that of another network.
  for (const id of state.members.keys()) state.changed.add(id);
}

/** Refuses what is no model, or none for a district of this network. */
export function acceptsModel(
  { districts }: Network,
  { district, subject, model }: ForecastModel,
): Rejection | undefined {
  if (!districts.has(district))
    return reject('reference.unknown', 'district', `${district}; a district of the network would be right`);
  const file = readModelOf(subject, model);
  return 'fault' in file ? reject('value.range', 'model', file.fault) : undefined;
}

/** Ends a tick at `at`: says how the hour went, if one is over, and lets the group look ahead. */
export function endTick<Member extends { readonly district: DistrictId }>(
  state: Forecasting<Member>,
  subject: Subject,
  at: EventTime,
  timeZone: string,
  emit: Emit,
): void {
  const { group, members, changed } = state;
  const { pace } = scopes[subject];
  for (const { id, horizon, hour } of group.hours(at))
    emit(forecastAccuracies, {
      ...{ district: members.get(id)!.district, subject, id, at },
      ...{ ...hour, horizonMinutes: (pace.tickSeconds * pace.horizons[horizon]!) / 60 },
    });
  const tried = group.forecaster.models.onTrial;
  group.tick(cityTick(at, pace, timeZone), at);
  if (tried !== group.forecaster.models.onTrial) state.isModelChanged = true;
  for (const id of members.keys()) changed.add(id);
}
