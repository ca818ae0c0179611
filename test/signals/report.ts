/** Goals, and `SIGNALS.md`: delays by scenario and by seed, and what the twin promised beside what then happened. */
import { formatGoals, type Goal } from '#commands/goals.ts';
import {
  judged,
  type Mode,
  modes,
  names,
  type Scenario,
  scenarios,
  type Trouble,
  touchesNative,
  troubleNames,
  worseAtMostPercent,
} from './scenarios.ts';
import { isGridlocked, isUnsafe, type Trial } from './trial.ts';

export interface Job {
  readonly scenario: Scenario;
  readonly trouble: Trouble;
  readonly mode: Mode;
  readonly seed: number;
}

export type Tried = Job & Trial;

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const of = (tried: readonly Tried[], scenario: Scenario, mode: Mode, trouble: Trouble = 'none'): Tried[] =>
  tried.filter((one) => one.scenario === scenario && one.mode === mode && one.trouble === trouble);

/** Mean over the seeds, s; undefined where none was run. */
function delayOf(tried: readonly Tried[], ...which: readonly [Scenario, Mode, Trouble?]): number | undefined {
  const delays = of(tried, ...which).map(({ verdict }) => verdict.delay_s);
  return delays.length === 0 ? undefined : mean(delays);
}

export function goalsOf(tried: readonly Tried[]): Goal[] {
  const goals: Goal[] = [];
  for (const scenario of scenarios)
    for (const mode of judged) {
      const verdicts = of(tried, scenario, mode).map(({ verdict }) => verdict);
      if (verdicts.length === 0) continue;
      const name = `signals-${scenario.name}-${mode}`;
      const delay = mean(verdicts.map(({ delay_s }) => delay_s));
      goals.push({ name, measured: delay, relation: '<=', bound: scenario.goals[mode], unit: 's' });
      const wrong = verdicts.filter((verdict) => isGridlocked(verdict) || isUnsafe(verdict)).length;
      goals.push({ name: `${name}-wrong-runs`, measured: wrong, relation: '=', bound: 0, unit: 'runs' });
      for (const trouble of troubleNames) goals.push(...troubleGoals(tried, scenario, mode, trouble));
    }
  return goals;
}

/** How much worse than without trouble, and than signals that are left alone under the same. */
function troubleGoals(tried: readonly Tried[], scenario: Scenario, mode: Mode, trouble: Trouble): Goal[] {
  const [without, under] = [delayOf(tried, scenario, mode), delayOf(tried, scenario, mode, trouble)];
  if (trouble === 'none' || without === undefined || under === undefined) return [];
  const native = delayOf(tried, scenario, 'native', touchesNative(trouble) ? trouble : 'none');
  const name = `signals-${scenario.name}-${mode}-${trouble}`;
  const worse = 100 * (under / without - 1);
  return [
    { name, measured: worse, relation: '<=', bound: worseAtMostPercent, unit: '% worse' },
    ...(native === undefined
      ? []
      : [
          {
            name: `${name}-beside-native`,
            measured: 100 * (under / native - 1),
            relation: '<=' as const,
            bound: 0,
            unit: '% worse',
          },
        ]),
  ];
}

/** What the twin promised and what came, over all minutes for which advice was made, vehicle seconds. */
export interface Twinned {
  readonly advised: number;
  readonly native: number;
  readonly stopped: number;
  /** Correlation of promised and measured, minute by minute. */
  readonly correlation: number;
}

export function twinned(tried: readonly Tried[]): Twinned | undefined {
  const minutes = tried.flatMap((one) => one.minutes.flatMap(({ twin }) => twin ?? []));
  if (minutes.length === 0) return undefined;
  const advised = minutes.map(({ advisedVehicleSeconds }) => advisedVehicleSeconds);
  const stopped = minutes.map(({ stoppedVehicleSeconds }) => stoppedVehicleSeconds);
  return {
    advised: mean(advised),
    native: mean(minutes.map(({ nativeVehicleSeconds }) => nativeVehicleSeconds)),
    stopped: mean(stopped),
    correlation: correlation(advised, stopped),
  };
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (const [i, value] of a.entries()) {
    const [da, db] = [value - meanA, (b[i] as number) - meanB];
    ab += da * db;
    aa += da * da;
    bb += db * db;
  }
  return ab / Math.sqrt(aa * bb);
}

const table = (columns: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);

export function reportOf(
  tried: readonly Tried[],
  goals: readonly Goal[],
  options: readonly string[],
): string {
  return [
    '# Signal advice, judged in a simulator',
    '',
    'Written by `npm run signals:report -- --report`. Delay is seconds per trip as RESCO defines it, the mean over',
    'the seeds; SUMO runs behind a referee that shows detectors and lights alone and enforces clearance.',
    ...(options.length > 0 ? ['', `Options of the referee: \`${options.join(' ')}\`.`] : []),
    '',
    '![Delay by approach, and what the twin promised](docs/signals.svg)',
    '',
    ...table(
      ['scenario', 'advice', 'delay, s', 'goal, s', 'least', 'most', 'locked up', 'saves'],
      delayRows(tried),
    ),
    '',
    ...troubleTable(tried),
    '## What the twin promised',
    '',
    'Stopped delay of a signal in the coming minute, vehicle seconds: as predicted under advice and under its own',
    'plan, and as it then was estimated from detectors. Where signals are left alone, its own plan is what came.',
    '',
    ...table(
      ['scenario', 'advice', 'predicted, advised', 'predicted, own plan', 'measured', 'correlation'],
      twinRows(tried),
    ),
    '',
    '## Goals',
    '',
    '```',
    formatGoals(goals, false),
    '```',
    '',
  ].join('\n');
}

/** Delay under each trouble, s. */
function troubleTable(tried: readonly Tried[]): string[] {
  const run = troubleNames.filter((trouble) => tried.some((one) => one.trouble === trouble));
  if (run.length < 2) return [];
  const rows = scenarios.flatMap((scenario) =>
    modes.flatMap((mode) => {
      const delays = run.map((trouble) =>
        delayOf(tried, scenario, mode, mode !== 'native' || touchesNative(trouble) ? trouble : 'none'),
      );
      if (delays.every((delay) => delay === undefined)) return [];
      return [[scenario.name, names[mode], ...delays.map((delay) => delay?.toFixed(1) ?? '')]];
    }),
  );
  return [
    '## Under trouble',
    '',
    'A tenth of all detectors dead and a twentieth of all vehicles not counted; five seconds from advice to effect;',
    'departures shifted by up to two minutes; a fifth more traffic. Delay in seconds per trip.',
    '',
    ...table(['scenario', 'advice', ...run], rows),
    '',
  ];
}

function delayRows(tried: readonly Tried[]): string[][] {
  return scenarios.flatMap((scenario) => {
    const native = of(tried, scenario, 'native').map(({ verdict }) => verdict.delay_s);
    return modes.flatMap((mode) => {
      const verdicts = of(tried, scenario, mode).map(({ verdict }) => verdict);
      if (verdicts.length === 0) return [];
      const delays = verdicts.map(({ delay_s }) => delay_s);
      const saves = native.length > 0 ? 1 - mean(delays) / mean(native) : Number.NaN;
      return [
        [
          ...[scenario.name, names[mode], mean(delays).toFixed(1)],
          mode === 'native' ? '' : `${scenario.goals[mode]}`,
          ...[Math.min(...delays).toFixed(1), Math.max(...delays).toFixed(1)],
          `${verdicts.filter(isGridlocked).length} of ${verdicts.length}`,
          mode === 'native' || Number.isNaN(saves) ? '' : `${(100 * saves).toFixed(0)} %`,
        ],
      ];
    });
  });
}

function twinRows(tried: readonly Tried[]): string[][] {
  return scenarios.flatMap((scenario) =>
    modes.flatMap((mode) => {
      const twin = twinned(of(tried, scenario, mode));
      if (twin === undefined) return [];
      const { advised, native, stopped } = twin;
      return [
        [
          ...[scenario.name, names[mode]],
          ...[advised, native, stopped].map((value) => value.toFixed(0)),
          twin.correlation.toFixed(2),
        ],
      ];
    }),
  );
}
