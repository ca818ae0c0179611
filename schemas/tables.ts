/** Where each derived topic is kept: its table, the key of a row, and what of it is live, if anything. */
import type { AnyTopic, Topic } from './topic.ts';
import {
  approachStates,
  driverNotifications,
  forecastAccuracies,
  incidents,
  intersectionPerformances,
  linkForecasts,
  linkStates,
  parkingForecasts,
  parkingStates,
  signalBenefits,
  signalRecommendations,
  signalStages,
} from './topics.ts';

export interface Table {
  readonly name: string;
  readonly topic: AnyTopic;
  /** Primary key, as fields of the event; a row with the same key replaces the older. */
  readonly key: readonly string[];
  /** The event's time field by which history is asked for. */
  readonly time: string;
  /** Absent where nobody asks for the newest alone. */
  readonly live?: LiveFields;
}

/** Which fields name the thing whose newest state is live, and which order its states. */
export interface LiveFields {
  readonly kind: string;
  readonly id: readonly string[];
  readonly version: readonly string[];
}

const table = <Event>(
  topic: Topic<Event>,
  key: readonly (keyof Event & string)[],
  time: keyof Event & string,
  kind?: string,
  id: readonly (keyof Event & string)[] = [],
  version: readonly (keyof Event & string)[] = [],
): Table => ({
  name: topic.name.replace(/\.v\d+$/, '').replaceAll('.', '_'),
  topic,
  key,
  time,
  ...(kind === undefined ? {} : { live: { kind, id, version } }),
});

export const tables: readonly Table[] = [
  table(linkStates, ['link', 'windowStart'], 'windowStart', 'link', ['link'], ['windowStart', 'revision']),
  table(
    intersectionPerformances,
    ['intersection', 'windowStart'],
    'windowStart',
    'intersection',
    ['intersection'],
    ['windowStart', 'revision'],
  ),
  table(incidents, ['incident'], 'startedAt', 'incident', ['incident'], ['revision']),
  table(
    parkingStates,
    ['facility', 'windowStart'],
    'windowStart',
    'parking',
    ['facility'],
    ['windowStart', 'revision'],
  ),
  table(
    linkForecasts,
    ['link', 'at', 'horizonMinutes'],
    'at',
    'forecast',
    ['link', 'horizonMinutes'],
    ['at'],
  ),
  table(
    parkingForecasts,
    ['facility', 'at', 'horizonMinutes'],
    'at',
    'parking-forecast',
    ['facility', 'horizonMinutes'],
    ['at'],
  ),
  table(forecastAccuracies, ['subject', 'id', 'horizonMinutes', 'windowStart'], 'windowStart'),
  table(signalRecommendations, ['recommendation'], 'at', 'recommendation', ['recommendation'], ['at']),
  table(signalStages, ['intersection', 'at'], 'at', 'stage', ['intersection'], ['at']),
  table(
    approachStates,
    ['intersection', 'windowStart'],
    'windowStart',
    'approach',
    ['intersection'],
    ['windowStart'],
  ),
  table(signalBenefits, ['recommendation', 'windows'], 'at', 'benefit', ['recommendation'], ['windows']),
  table(driverNotifications, ['notification'], 'at', 'notification', ['notification'], ['at']),
];

/** `spaceMeanDecikph` to `space_mean_decikph`. */
export const columnOf = (field: string): string =>
  field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replace(/([a-z])(\d)/g, '$1$2');
