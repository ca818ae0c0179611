import { strict as assert } from 'node:assert';
import { cityTick } from '#domain/forecast/city-ticks.ts';
import { readModelOf } from '#domain/forecast/model-file.ts';
import { type Subject, scopes } from '#domain/forecast/subject.ts';
import type { DistrictId, Network } from '#domain/network.ts';
import { type EventTime, minutes } from '#domain/time.ts';
import type { Emit, Keep } from '#runtime/processor.ts';
import type { ForecastModel } from '#schemas/generated/forecast.model.v1.ts';
import { type Rejection, reject } from '#schemas/rejection.ts';
import { forecastAccuracies } from '#schemas/topics.ts';
import { Group, type GroupOptions, type SavedGroup, type SavedMember, type SavedModels } from './group.ts';

/** So long a model may be on its way into the log, by the clock of the city. */
export const modelsTrail = minutes(5);
/** A forecast from which nothing was measured for longer than this is stale. */
const oldAfter = minutes(20);

/** Whether what was last measured at `seenAt` is too old for a forecast issued at `at` to count as one of now. */
export const isOld = (seenAt: EventTime, at: EventTime): boolean => at - seenAt > oldAfter;

/** What is forecast together: all of one district, so that nothing depends on which districts share a partition. */
export interface DistrictForecasts<Member> {
  readonly district: DistrictId;
  readonly group: Group;
  /** By name. `Member` is plain data. */
  readonly members: Map<string, Member>;
  /** Members whose rows are not saved yet. */
  readonly changed: Set<string>;
  /** Whether the models that are saved are not those at work. */
  isModelChanged: boolean;
}

/** State of a processor that forecasts districts. */
export interface Forecasting<Member> {
  readonly subject: Subject;
  readonly options: Omit<GroupOptions, 'pace'>;
  readonly districts: Map<DistrictId, DistrictForecasts<Member>>;
}

export const forecasting = <Member>(
  subject: Subject,
  options: Omit<GroupOptions, 'pace'>,
): Forecasting<Member> => ({ subject, options, districts: new Map() });

/** The forecasts of a district, from the first time that it is named. */
export function forecastsOf<Member>(
  { subject, options, districts }: Forecasting<Member>,
  district: DistrictId,
): DistrictForecasts<Member> {
  const known = districts.get(district);
  if (known) return known;
  const group = new Group({ ...options, pace: scopes[subject].pace });
  const made = { district, group, members: new Map(), changed: new Set<string>(), isModelChanged: false };
  districts.set(district, made);
  return made;
}

/** All districts, in order of name, so that who spoke first does not show. */
export const inOrder = <Member>({ districts }: Forecasting<Member>): readonly DistrictForecasts<Member>[] =>
  [...districts.values()].sort((a, b) => (a.district < b.district ? -1 : 1));

type Row<Member> =
  | { readonly kind: 'member'; readonly district: DistrictId; readonly member: Member; saved: SavedMember }
  | { readonly kind: 'group'; readonly district: DistrictId; readonly saved: SavedGroup }
  | { readonly kind: 'models'; readonly district: DistrictId; readonly saved: SavedModels };

const memberPrefix = 'member ';

/** A row for each member, and for each district one for what its members share and one for its models. */
export const keepForecasting = <Member>(): Keep<Forecasting<Member>> => ({
  *changed(state) {
    for (const one of inOrder(state)) {
      const { district, group, members, changed, isModelChanged } = one;
      const row = (key: string, value: Row<Member>) => [key, value] as const;
      for (const id of changed)
        yield row(memberPrefix + id, {
          ...{ kind: 'member', district, member: members.get(id)! },
          saved: group.save(id),
        });
      if (changed.size > 0 || isModelChanged)
        yield row(`group ${district}`, { kind: 'group', district, saved: group.saveShared() });
      if (isModelChanged)
        yield row(`models ${district}`, { kind: 'models', district, saved: group.saveModels() });
      changed.clear();
      one.isModelChanged = false;
    }
  },
  restore(state, rows) {
    const all = new Map<DistrictId, [key: string, row: Row<Member>][]>();
    for (const [key, value] of rows) {
      const row = value as Row<Member>;
      const own = all.get(row.district) ?? [];
      all.set(row.district, own);
      own.push([key, row]);
    }
    for (const [district, own] of all) restoreDistrict(forecastsOf(state, district), own);
  },
});

function restoreDistrict<Member>(
  { group, members }: DistrictForecasts<Member>,
  rows: readonly (readonly [key: string, row: Row<Member>])[],
): void {
  const all: [string, SavedMember][] = [];
  let shared: SavedGroup | undefined;
  let models: SavedModels | undefined;
  for (const [key, row] of rows)
    if (row.kind === 'group') shared = row.saved;
    else if (row.kind === 'models') models = row.saved;
    else {
      const id = key.slice(memberPrefix.length);
      members.set(id, row.member);
      all.push([id, row.saved]);
    }
  group.restore(all, models, shared);
}

/** Lets a district try a model of the subject. */
export function takeModel<Member>(state: Forecasting<Member>, event: ForecastModel): void {
  const { subject } = state;
  if (event.subject !== subject) return;
  const file = readModelOf(subject, event.model);
  assert(!('fault' in file), 'a model that was accepted cannot be read');
  const forecasts = forecastsOf(state, event.district);
  if (!forecasts.group.propose(file.model, event.model)) return;
  forecasts.isModelChanged = true;
  // What was kept of a trial before is that of another network.
  for (const id of forecasts.members.keys()) forecasts.changed.add(id);
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

/** Ends a tick of a district at `at`: says how the hour went, if one is over, and lets the group look ahead. */
export function endTick<Member>(
  subject: Subject,
  forecasts: DistrictForecasts<Member>,
  at: EventTime,
  timeZone: string,
  emit: Emit,
): void {
  const { district, group, members, changed } = forecasts;
  const { pace } = scopes[subject];
  for (const { id, horizon, hour } of group.hours(at))
    emit(forecastAccuracies, {
      ...{ district, subject, id, at },
      ...{ ...hour, horizonMinutes: (pace.tickSeconds * pace.horizons[horizon]!) / 60 },
    });
  const tried = group.forecaster.models.onTrial;
  group.tick(cityTick(at, pace, timeZone), at);
  if (tried !== group.forecaster.models.onTrial) forecasts.isModelChanged = true;
  for (const id of members.keys()) changed.add(id);
}
