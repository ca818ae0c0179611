import type { Position } from '#domain/network.ts';
import { distanceMeters } from '#domain/place.ts';
import { minutes, seconds } from '#domain/time.ts';
import type { Emit, Input, Processor } from '#runtime/processor.ts';
import type { CitizenReport, ReportCategory } from '#schemas/generated/citizen.report.v1.ts';
import type { IncidentKind } from '#schemas/generated/incident.v1.ts';
import { citizenReports, incidents } from '#schemas/topics.ts';
import { atLeast, change, type OpenIncident, open } from './life.ts';

/** Reports of one kind closer than this are of one incident. Metres. */
const sameWithinMeters = 150;
/** An incident that nobody has reported for so long is taken to be over. */
const overAfter = minutes(30);
/** How sure one report makes. Permille. */
const oneReportPermille = 500;

const kindOf: Readonly<Record<ReportCategory, IncidentKind>> = {
  accident: 'accident',
  obstacle: 'obstacle',
  flooding: 'flooding',
  signalFault: 'signalFault',
  parking: 'illegalParking',
  roadDamage: 'roadDamage',
  other: 'other',
};

const words: Readonly<Record<ReportCategory, string>> = {
  accident: 'Accident',
  obstacle: 'Obstacle on the road',
  flooding: 'Water on the road',
  signalFault: 'Traffic signal not working',
  parking: 'Illegally parked vehicle',
  roadDamage: 'Damaged road',
  other: 'Something',
};

interface Reported {
  readonly incident: OpenIncident;
  last: number;
}

type State = { open: Reported[] };

/**
 * Makes incidents of what citizens report. Reports of one kind near one another in one district are one incident:
 * those of another may lie in another partition. A second citizen confirms it. The words of a report stay on the
 * raw topic: the incident says only what kind it is.
 */
export const citizenIncidents: Processor<CitizenReport, State> = {
  name: 'citizen-incidents',
  stateVersion: 1,
  reads: [citizenReports],
  writes: [incidents],
  isAwaited: true,
  lateness: seconds(10),
  revisionBound: minutes(60),
  tick: minutes(1),
  initial: () => ({ open: [] }),
  step,
};

function step(state: State, input: Input<CitizenReport>, emit: Emit): void {
  if (input.kind === 'watermark') {
    for (const { incident, last } of state.open)
      if (input.at - last > overAfter)
        change(incident, input.at, { status: 'resolved', endedAt: last }, emit);
    state.open = state.open.filter(({ last }) => input.at - last <= overAfter);
    return;
  }
  const report = input.event;
  const place: Position = [report.longitude, report.latitude];
  const known = state.open.find(
    ({ incident }) =>
      incident.district === report.district &&
      incident.kind === kindOf[report.category] &&
      distanceMeters([incident.longitude, incident.latitude], place) <= sameWithinMeters,
  );
  if (known === undefined) {
    state.open.push({ incident: open(input.at, fieldsOf(report), emit), last: input.at });
    return;
  }
  known.last = input.at;
  const { incident } = known;
  const sources = [...incident.sources, report.report].sort();
  const doubt = (1000 - incident.confidencePermille) * (1000 - oneReportPermille);
  const confidencePermille = 1000 - Math.trunc(doubt / 1000);
  change(
    incident,
    input.at,
    { status: atLeast(incident.status, 'confirmed'), sources, confidencePermille },
    emit,
  );
}

const fieldsOf = (report: CitizenReport): Parameters<typeof open>[1] => ({
  district: report.district,
  incident: `citizen-${report.report}`,
  kind: kindOf[report.category],
  status: 'detected',
  severity: report.category === 'accident' ? 'severe' : 'moderate',
  link: null,
  longitude: report.longitude,
  latitude: report.latitude,
  startedAt: report.at,
  confidencePermille: oneReportPermille,
  sources: [report.report],
  text: `${words[report.category]}, reported by a citizen.`,
  plateToken: null,
});
