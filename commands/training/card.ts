import { layers } from '#domain/forecast/forecaster.ts';
import type { ModelFile } from '#domain/forecast/model-file.ts';
import { toRfc3339 } from '#domain/time.ts';
import type { Score } from './held-out.ts';
import { missingShare, type Source } from './source.ts';

export interface CardOptions {
  readonly file: ModelFile;
  readonly bytes: number;
  readonly source: Source;
  readonly from: string;
  readonly scores: readonly Score[];
  /** Ticks before those that were held out. */
  readonly split: number;
  readonly seed: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
}

const inWords: Readonly<Record<(typeof layers)[number], string>> = {
  last: 'last value',
  profile: 'profile',
  line: 'line',
  network: 'network',
};

/** What a model is, what it was made of and how good it was, for people. */
export function cardOf(options: CardOptions): string {
  const { file, source, scores, split } = options;
  const { model, subject, span } = file;
  const { pace, sensors, ticks } = source.history;
  const scale = span / 100;
  const number = (value: number): string => (scale * value).toFixed(2);
  const minutesOf = (ahead: number): string => `${(ahead * pace.tickSeconds) / 60} min`;
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => [
    row(head),
    row(head.map(() => '---')),
    ...rows.map(row),
  ];
  const heldFrom = source.from + split * pace.tickSeconds * 1000;
  return [
    `# ${model.name}`,
    '',
    ...table(
      ['What', 'Is'],
      [
        ['forecasts', `${subject}, ${pace.horizons.map(minutesOf).join(', ')} ahead`],
        ['data', `${options.from}, ${toRfc3339(source.from)} to ${toRfc3339(source.to)}`],
        ['sensors', String(sensors.length)],
        ['ticks', `${ticks.length} of ${pace.tickSeconds} s`],
        ['missing', `${(100 * missingShare(source.history)).toFixed(1)} % of the values`],
        ['largest value', `${span} ${source.unit}`],
        ['members', `${model.members.length}, seed ${options.seed}`],
        ['size', `${options.bytes} bytes`],
        ['made in', `${options.wallSeconds.toFixed(0)} s, ${options.cpuSeconds.toFixed(0)} s of processors`],
      ],
    ),
    '',
    `Errors are those of a model that learned from what was before ${toRfc3339(heldFrom)}, on what came then. The`,
    `model itself has learned from all. In ${source.unit}.`,
    '',
    'Mean absolute error of each forecaster by itself, where all of them spoke:',
    '',
    ...table(
      ['Ahead', ...layers.map((layer) => inWords[layer]), 'targets'],
      scores.map(({ ahead, layers: errors, judged }) => [
        minutesOf(ahead),
        ...errors.map(number),
        String(judged),
      ]),
    ),
    '',
    'What the city would have been told, by the best forecaster of each sensor, without the model and with it: mean',
    'absolute error, share of targets in the interval (90 % is meant), and score of the interval (less is better):',
    '',
    ...table(
      ['Ahead', 'error', 'with', 'coverage', 'with', 'interval', 'with'],
      scores.map(({ ahead, without, withModel }) => [
        minutesOf(ahead),
        number(without.error),
        number(withModel.error),
        `${(100 * without.coverage).toFixed(1)} %`,
        `${(100 * withModel.coverage).toFixed(1)} %`,
        number(without.interval),
        number(withModel.interval),
      ]),
    ),
    '',
  ].join('\n');
}
