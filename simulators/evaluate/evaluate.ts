/** Judges what Arterial said by what was true. Pure: the same rows give the same judgement. */
import { floorTo, minutes } from '#domain/time.ts';
import type { IncidentTruth, LinkTruth, ParkingTruth, TruthRecord } from '../truth.ts';
import { type IncidentScore, scoreIncidents } from './incidents.ts';
import type { LinkStateRow, Measures, ParkingStateRow } from './measures.ts';
import { geh, type Pair, type Score, scoreOf } from './score.ts';

export interface Evaluation {
  /** Vehicles a minute at the stop bar against vehicles counted; close is GEH below 5 as hourly flows. */
  readonly flow: Score;
  /** Space-mean speed over the link, km/h, by quality of what was said; close is within 5 km/h. */
  readonly speedByQuality: ReadonlyMap<string, Score>;
  /** Harmonic mean at the detectors, km/h, for what was observed at one place of a link; close is within 5 km/h. */
  readonly spotSpeed: Score;
  /** Link-minutes of the truth about which nothing was said, or only that it is missing. */
  readonly silentLinkMinutes: number;
  readonly linkMinutes: number;
  readonly incidents: IncidentScore;
  /** The same for those that a camera could see, and for those of the weather. */
  readonly incidentsInView: IncidentScore;
  readonly hazards: IncidentScore;
  /** Spaces taken; close is within 5 % of the capacity. */
  readonly parking: Score;
  readonly silentParkingMinutes: number;
  readonly parkingMinutes: number;
}

const hazardKinds: readonly string[] = ['flooding', 'heavyRain', 'lowVisibility', 'slipperyRoad'];
/** Kinds that the simulation never makes true, so that nothing can be said about them. */
const unjudgedKinds: readonly string[] = ['airQuality', 'signalFault', 'roadDamage'];
const cameraKinds: readonly string[] = [
  'stoppedVehicle',
  'wrongWay',
  'pedestrianOnRoad',
  'debris',
  'illegalParking',
  'smoke',
];
const closeKph = 5;
const closeSpacesShare = 0.05;

/** Compares the truth of a simulation with the rows that Arterial wrote about it. */
export function evaluate(truth: readonly TruthRecord[], measures: Measures): Evaluation {
  const links = truth.filter((t): t is LinkTruth => t.kind === 'link');
  const known = truth.filter((t): t is IncidentTruth => t.kind === 'incident');
  const parking = truth.filter((t): t is ParkingTruth => t.kind === 'parking');
  // What had not begun when the simulation ended cannot have been detected.
  const end = links.reduce((latest, { minute }) => Math.max(latest, minute + minutes(1)), 0);
  const happened = known.filter(({ start }) => start < end);
  const isHazard = ({ what }: IncidentTruth): boolean => hazardKinds.includes(what);
  const incidents = measures.incidents.filter(({ kind }) => !unjudgedKinds.includes(kind));
  return {
    ...judgeLinks(links, measures.linkStates),
    incidents: scoreIncidents(happened, incidents),
    incidentsInView: scoreIncidents(
      happened.filter((t) => t.isInView && !isHazard(t)),
      incidents.filter(({ kind, link }) => cameraKinds.includes(kind) && link !== null),
    ),
    hazards: scoreIncidents(
      happened.filter(isHazard),
      incidents.filter(({ kind }) => hazardKinds.includes(kind)),
    ),
    ...judgeParking(parking, measures.parkingStates),
  };
}

type LinkJudgement = Pick<
  Evaluation,
  'flow' | 'speedByQuality' | 'spotSpeed' | 'silentLinkMinutes' | 'linkMinutes'
>;

function judgeLinks(truths: readonly LinkTruth[], rows: readonly LinkStateRow[]): LinkJudgement {
  const said = new Map(
    rows
      .filter(({ window_seconds }) => window_seconds === 60)
      .map((row) => [`${row.link} ${row.window_start}`, row]),
  );
  const flow: Pair[] = [];
  const spot: Pair[] = [];
  const speeds = new Map<string, Pair[]>();
  let silentLinkMinutes = 0;
  for (const { link, minute, vehiclesOut, spaceMeanKph, spotHarmonicKph } of truths) {
    const row = said.get(`${link} ${minute}`);
    if (row === undefined || row.quality === 'missing') {
      silentLinkMinutes++;
      continue;
    }
    if (row.flow_vph !== null) {
      const isClose = geh(vehiclesOut * 60, row.flow_vph) < 5;
      flow.push({ truth: vehiclesOut, measured: row.flow_vph / 60, isClose });
    }
    if (row.space_mean_decikph === null) continue;
    const measured = row.space_mean_decikph / 10;
    const pairWith = (truth: number): Pair => ({
      truth,
      measured,
      isClose: Math.abs(measured - truth) <= closeKph,
    });
    if (spaceMeanKph !== null) {
      const pairs = speeds.get(row.quality) ?? [];
      pairs.push(pairWith(spaceMeanKph));
      speeds.set(row.quality, pairs);
    }
    if (spotHarmonicKph !== null && row.quality === 'observed') spot.push(pairWith(spotHarmonicKph));
  }
  return {
    flow: scoreOf(flow),
    speedByQuality: new Map([...speeds].sort().map(([quality, pairs]) => [quality, scoreOf(pairs)])),
    spotSpeed: scoreOf(spot),
    silentLinkMinutes,
    linkMinutes: truths.length,
  };
}

type ParkingJudgement = Pick<Evaluation, 'parking' | 'silentParkingMinutes' | 'parkingMinutes'>;

function judgeParking(truths: readonly ParkingTruth[], rows: readonly ParkingStateRow[]): ParkingJudgement {
  // Keyed by the minute in which the window ends: both sides speak of the end of their time.
  const lastMinute = (end: number): number => floorTo(end - 1, minutes(1));
  const said = new Map(
    rows.map((row) => [`${row.facility} ${lastMinute(row.window_start + row.window_seconds * 1000)}`, row]),
  );
  const pairs: Pair[] = [];
  let silentParkingMinutes = 0;
  for (const { facility, minute, occupiedSpaces, capacitySpaces } of truths) {
    const measured = said.get(`${facility} ${minute}`)?.occupied_spaces ?? null;
    if (measured === null) {
      silentParkingMinutes++;
      continue;
    }
    const isClose = Math.abs(measured - occupiedSpaces) <= closeSpacesShare * capacitySpaces;
    pairs.push({ truth: occupiedSpaces, measured, isClose });
  }
  return { parking: scoreOf(pairs), silentParkingMinutes, parkingMinutes: truths.length };
}
