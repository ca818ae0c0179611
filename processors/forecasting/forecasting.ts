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
import { Group, type GroupOptions, type SavedGroup, type SavedModels } from './group.ts';
import { type MemberBlock, packMembers, unpackMembers } from './member-block.ts';

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

type Row =
  | { readonly kind: 'group'; readonly district: DistrictId; readonly saved: SavedGroup }
  | { readonly kind: 'models'; readonly district: DistrictId; readonly saved: SavedModels };

/** So many members are saved together: one by one, those of a large city would hold up all else for long. */
const membersOfBlock = 128;

/** A row for each block of members, and for each district one for what they share and one for its models. */
export const keepForecasting = <Member>(): Keep<Forecasting<Member>> => ({
  *changed(state) {
    for (const one of inOrder(state)) {
      const { district, group, members, changed, isModelChanged } = one;
      const blocks = new Set<number>();
      for (const id of changed) blocks.add(Math.floor(group.places.get(id)! / membersOfBlock));
      for (const block of blocks) {
        const saved = group.save(block * membersOfBlock, membersOfBlock);
        const own = saved.ids.map((id) => members.get(id)!);
        yield [`members ${district} ${block}`, packMembers({ district, saved, members: own })];
      }
      const row = (value: Row) => [`${value.kind} ${district}`, value] as const;
      if (changed.size > 0 || isModelChanged)
        yield row({ kind: 'group', district, saved: group.saveShared() });
      if (isModelChanged) yield row({ kind: 'models', district, saved: group.saveModels() });
      changed.clear();
      one.isModelChanged = false;
    }
  },
  restore(state, rows) {
    const all = new Map<DistrictId, SavedDistrict<Member>>();
    const savedOf = (district: DistrictId): SavedDistrict<Member> => {
      const known = all.get(district) ?? { blocks: [] };
      all.set(district, known);
      return known;
    };
    for (const [, value] of rows)
      if (value instanceof Uint8Array) {
        const block = unpackMembers<Member>(value);
        savedOf(block.district).blocks.push(block);
      } else {
        const row = value as Row;
        if (row.kind === 'group') savedOf(row.district).shared = row.saved;
        else savedOf(row.district).models = row.saved;
      }
    for (const [district, { blocks, models, shared }] of all) {
      const { group, members } = forecastsOf(state, district);
      for (const { saved, members: own } of blocks)
        for (const [i, id] of saved.ids.entries()) members.set(id, own[i]!);
      group.restore(
        blocks.map(({ saved }) => saved),
        models,
        shared,
      );
    }
  },
});

/** What was saved of a district. */
interface SavedDistrict<Member> {
  readonly blocks: MemberBlock<Member>[];
  models?: SavedModels;
  shared?: SavedGroup;
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
