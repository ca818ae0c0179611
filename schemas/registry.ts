/** Schema ids and topics by name, for a city that needs no schema registry beside it. */
import { decodeRejectedRecord, encodeRejectedRecord, type RejectedRecord } from './generated/rejected.v1.ts';
import type { SchemaIds, Topic } from './topic.ts';
import { derivedTopics, rawTopics } from './topics.ts';

/**
 * Every schema has its id for ever, since records in logs carry it. A new schema takes the next number;
 * a line is never changed, moved to another number or reused.
 */
export const schemaIdTable: Readonly<Record<string, number>> = {
  'heartbeat.v1': 1,
  'detector.frame.v1': 2,
  'camera.observation.v1': 3,
  'signal.event.v1': 4,
  'parking.event.v1': 5,
  'environment.reading.v1': 6,
  'citizen.report.v1': 7,
  'driver.subscription.v1': 8,
  'signal.acknowledgement.v1': 9,
  'link.state.v1': 10,
  'intersection.performance.v1': 11,
  'incident.v1': 12,
  'parking.state.v1': 13,
  'link.forecast.v1': 14,
  'parking.forecast.v1': 15,
  'signal.recommendation.v1': 16,
  'notification.v1': 17,
  'rejected.v1': 18,
  'forecast.accuracy.v1': 19,
  'forecast.model.v1': 20,
  'signal.status.v1': 21,
  'signal.stage.v1': 22,
  'approach.state.v1': 23,
  'signal.benefit.v1': 24,
};

/** The ids of the schemas in this source tree. Asking for a schema that is not there is a bug and throws. */
export const embeddedIds: SchemaIds = {
  heartbeat: schemaId('heartbeat.v1'),
  id: schemaId,
};

function schemaId(name: string): number {
  const id = Object.hasOwn(schemaIdTable, name) ? schemaIdTable[name] : undefined;
  if (id === undefined) throw new Error(`no schema ${name}; one of ${Object.keys(schemaIdTable).join(', ')}`);
  return id;
}

const byName = new Map<string, Topic<unknown>>(
  [...rawTopics, ...derivedTopics].map((topic) => [topic.name, topic as Topic<unknown>]),
);

/** The raw or derived topic of that name; undefined when there is none. */
export const topicNamed = (name: string): Topic<unknown> | undefined => byName.get(name);

/** Where the records of a topic go that could not be used. */
export const rejectedTopicOf = (topic: string): string => `${topic}.rejected`;

/** The codec of what stands in every `<topic>.rejected`. */
export const rejectedRecords = {
  schema: 'rejected.v1',
  encode: encodeRejectedRecord,
  decode: decodeRejectedRecord,
} as const;

export type { RejectedRecord };
