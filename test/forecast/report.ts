/** `FORECASTS.md`, and the same numbers as text and as data. */
import { formatGoals } from '#commands/goals.ts';
import { goalsOf, minutesOf } from './goals.ts';
import type { Judged, Result } from './judge.ts';
import type { ManySensors } from './many-sensors.ts';
import type { Score } from './score.ts';

const head = [
  ...['forecast', 'ahead', 'MAE', 'RMSE', 'MAPE', 'MAE last value', 'MAE profile'],
  ...['coverage', 'worst sensor', 'width', 'interval score'],
];

const rowOf = (result: Result, { mode }: Judged, score: Score): string[] => {
  const { all, own, last, profile, worst } = score;
  return [
    mode === 'online' ? 'online only' : 'with network',
    `${minutesOf(score.ahead, result)} min`,
    ...[all.meanError, all.rootMeanSquare].map((value) => value.toFixed(3)),
    `${all.meanShare.toFixed(1)} %`,
    ...[last.error, profile.error].map((value) => value.toFixed(3)),
    ...[own.coverage, worst].map((value) => value.toFixed(3)),
    ...[own.meanWidth, own.intervalScore].map((value) => value.toFixed(2)),
  ];
};

const rowsOf = (result: Result): string[][] =>
  result.judged.flatMap((judged) => judged.scores.map((score) => rowOf(result, judged, score)));

const outageHead = ['goes wrong', 'forecast', 'ahead', 'all', 'speaking', 'silent', 'width', 'coverage'];

const outageRowsOf = (result: Result): string[][] =>
  result.judged.flatMap(({ mode, outages, scores }) =>
    outages.flatMap(({ name, growths }) =>
      growths.map(({ all, speaking, silent, width, coverage }, i) => [
        name === 'dead' ? '3 in 10 sensors are dead' : 'all are silent for an hour',
        mode === 'online' ? 'online only' : 'with network',
        `${minutesOf(scores[i]!.ahead, result)} min`,
        ...[all, speaking, silent, width, coverage].map((value) =>
          Number.isNaN(value) ? '-' : value.toFixed(3),
        ),
      ]),
    ),
  );

const splitText = ({ rows, sensors, testFrom, dataSet, judged }: Result): string =>
  `${rows} rows of ${sensors} sensors, forecast from ${testFrom} on, the last fifth of what is ` +
  `here; errors in ${dataSet.unit}, ` +
  (dataSet.protocol === 'single' ? 'of the one step' : 'mean of all steps up to it') +
  `; ${judged.map(({ mode, cpuSeconds }) => `${mode} in ${cpuSeconds.toFixed(1)} s of processors`).join(', ')}`;

/** For a terminal. */
export function textOf(result: Result): string {
  const table = (rows: readonly (readonly string[])[]): string[] => {
    const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
    return rows.map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    );
  };
  return [
    `${result.dataSet.title}: ${splitText(result)}`,
    ...table([head, ...rowsOf(result)]),
    '',
    ...table([outageHead, ...outageRowsOf(result)]),
    '',
  ].join('\n');
}

const markdown = (columns: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);

export function reportOf(
  results: readonly Result[],
  skipped: readonly string[],
  many: ManySensors | undefined,
  date: string,
): string {
  return [
    '# Forecasts',
    '',
    'Written by `npm run forecast:report -- --report`. Every row is answered before the next is seen, by the same',
    'forecaster that a city runs. *Online only* is the weekly profile and a line of each sensor, learned from row to',
    'row; *with network* also teaches networks, on what came before. All of it is validation: of data whose last part',
    `is not here, the last fifth of what is here. Measured on ${date}.`,
    '',
    '![Errors and coverage by horizon, errors by hour](docs/forecasts.svg)',
    '',
    ...results.flatMap((result) => [
      `## ${result.dataSet.title}`,
      '',
      `${splitText(result)}.`,
      '',
      ...markdown(head, rowsOf(result)),
      '',
    ]),
    '## When sensors fail',
    '',
    'From the first row that is answered on, three sensors in ten give nothing; or all of them give nothing for an',
    'hour of each day, and what is forecast in that hour and the next is compared. By what factor errors grow against',
    'what would have been measured: of all sensors, of those that speak, of the silent; then how much wider the',
    'intervals of the silent are, and what they hold.',
    '',
    ...results.flatMap((result) => [
      `### ${result.dataSet.title}, failing`,
      '',
      ...markdown(outageHead, outageRowsOf(result)),
      '',
    ]),
    ...(many === undefined ? [] : manyLines(many)),
    '## Goals',
    '',
    '```',
    ...skipped,
    formatGoals(goalsOf(results, many), false),
    '```',
    '',
  ].join('\n');
}

const manyLines = ({ sensors, ticks, members, cpuSeconds, bytesASensor }: ManySensors): string[] => [
  '## A large city',
  '',
  `${sensors} sensors at three horizons, under ${members} networks whose weights are drawn by chance: a tick takes`,
  `${cpuSeconds.toFixed(2)} s of one core in the middle of ${ticks} ticks, and ${bytesASensor} bytes are known of each`,
  'sensor.',
  '',
];

/** For programs. */
export const measuresOf = (result: Result): object => ({
  name: result.dataSet.name,
  title: result.dataSet.title,
  unit: result.dataSet.unit,
  testFrom: result.testFrom,
  judged: result.judged.map(({ mode, scores, outages, cpuSeconds }) => ({
    ...{ mode, outages, cpuSeconds },
    horizons: scores.map(({ ahead, all, own, worst, last, profile }) => ({
      ...{ minutes: minutesOf(ahead, result), targets: all.targets, error: all.meanError },
      ...{ rootMeanSquare: all.rootMeanSquare, meanShare: all.meanShare },
      ...{ last: last.error, profile: profile.error, coverage: own.coverage, worstSensor: worst },
      ...{ width: own.meanWidth, intervalScore: own.intervalScore },
    })),
  })),
});
