import type { EventTime } from '#domain/time.ts';
import type { Emit } from '#runtime/processor.ts';
import type { Incident, IncidentSeverity, IncidentStatus } from '#schemas/generated/incident.v1.ts';
import { incidents } from '#schemas/topics.ts';

/** An incident that is not over; its revision grows with each telling. Plain data. */
export type OpenIncident = { -readonly [Field in keyof Incident]: Incident[Field] };

/** Tells a new incident. */
export function open(
  at: EventTime,
  fields: Omit<Incident, 'at' | 'revision' | 'detectedAt' | 'endedAt'>,
  emit: Emit,
): OpenIncident {
  const incident: OpenIncident = { ...fields, at, revision: 0, detectedAt: at, endedAt: null };
  emit(incidents, { ...incident });
  return incident;
}

/** Tells what has changed of an incident, if anything has. */
export function change(
  incident: OpenIncident,
  at: EventTime,
  changes: Partial<
    Pick<
      Incident,
      'status' | 'severity' | 'confidencePermille' | 'sources' | 'text' | 'endedAt' | 'plateToken'
    >
  >,
  emit: Emit,
): void {
  const differs = Object.entries(changes).some(
    ([field, value]) => JSON.stringify(incident[field as keyof Incident]) !== JSON.stringify(value),
  );
  if (!differs) return;
  Object.assign(incident, changes, { at, revision: incident.revision + 1 });
  emit(incidents, { ...incident });
}

/** Later in the life of an incident than `detected`, never back. */
export const atLeast = (status: IncidentStatus, wanted: IncidentStatus): IncidentStatus =>
  statuses.indexOf(wanted) > statuses.indexOf(status) ? wanted : status;

const statuses: readonly IncidentStatus[] = ['detected', 'confirmed', 'dispatched', 'resolved', 'reviewed'];

/** The worse of two severities. */
export const worse = (a: IncidentSeverity, b: IncidentSeverity): IncidentSeverity =>
  severities.indexOf(a) >= severities.indexOf(b) ? a : b;

const severities: readonly IncidentSeverity[] = ['minor', 'moderate', 'severe'];
