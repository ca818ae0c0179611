import type { Evaluation } from './evaluate.ts';
import type { IncidentScore } from './incidents.ts';
import type { Score } from './score.ts';

export interface TableRow {
  readonly what: string;
  readonly count: string;
  readonly error: string;
  readonly bias: string;
  readonly close: string;
}

/** The judgement as rows of text, one thing a row. A figure that cannot be had is a dash. */
export function tableOf(evaluation: Evaluation): TableRow[] {
  const { flow, speedByQuality, spotSpeed, parking, incidents, incidentsInView, hazards } = evaluation;
  return [
    scoreRow('flow', flow, 'veh/min', 'GEH < 5'),
    ...[...speedByQuality].map(([quality, score]) =>
      scoreRow(`speed over the link, ${quality}`, score, 'km/h', 'within 5 km/h'),
    ),
    scoreRow('speed at lone detectors, observed', spotSpeed, 'km/h', 'within 5 km/h'),
    silentRow('link-minutes without a value', evaluation.silentLinkMinutes, evaluation.linkMinutes),
    incidentRow('incidents', incidents),
    incidentRow('incidents in view of a camera', incidentsInView),
    incidentRow('hazards of the weather', hazards),
    scoreRow('parking', parking, 'spaces', 'within 5 % of spaces'),
    silentRow('car-park minutes without a value', evaluation.silentParkingMinutes, evaluation.parkingMinutes),
  ];
}

/** The judgement as a table for people. */
export function formatTable(evaluation: Evaluation): string {
  const header: TableRow = { what: '', count: 'compared', error: 'mean error', bias: 'bias', close: 'close' };
  const rows = [header, ...tableOf(evaluation)];
  const columns = ['what', 'count', 'error', 'bias', 'close'] as const;
  const widths = columns.map((column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) =>
      columns
        .map((column, i) => row[column].padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const dash = '–';
const figure = (value: number | undefined, unit: string): string =>
  value === undefined ? dash : `${value.toFixed(2)} ${unit}`;
const percent = (share: number | undefined): string =>
  share === undefined ? dash : `${(share * 100).toFixed(1)} %`;

function scoreRow(what: string, score: Score, unit: string, close: string): TableRow {
  return {
    what,
    count: String(score.pairs),
    error: figure(score.meanAbsoluteError, unit),
    bias: figure(score.bias, unit),
    close: `${percent(score.closeShare)} ${close}`,
  };
}

function silentRow(what: string, silent: number, all: number): TableRow {
  const share = all === 0 ? undefined : silent / all;
  return { what, count: `${silent} of ${all}`, error: '', bias: '', close: percent(share) };
}

function incidentRow(what: string, score: IncidentScore): TableRow {
  const { happened, detected, missed, repeated, medianDelaySeconds } = score;
  return {
    what,
    count: `${happened} true`,
    error: `${detected} detected, ${missed} missed`,
    bias: `${score.false} false, ${repeated} repeated`,
    close: `${figure(medianDelaySeconds, 's')} median delay`,
  };
}
