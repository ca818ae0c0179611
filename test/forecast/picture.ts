/** The report as a picture (SVG): errors and coverage by horizon, errors by hour, and a day of a town of our own. */
import { minutesOf } from './goals.ts';
import type { Judged, Mode, Moment, Result } from './judge.ts';

interface Line {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly (readonly [number, number])[];
}

interface Panel {
  readonly title: string;
  readonly lines: readonly Line[];
  /** Bounds of what is shown. */
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly unit: string;
  /** What lies between two bounds, by x. */
  readonly band?: readonly (readonly [number, number, number])[];
}

const [width, panelHeight, left, top, gap] = [960, 150, 44, 24, 46];
const colours = { last: '#8b949e', profile: '#d29922', online: '#2da44e', network: '#1f6feb' } as const;
const names = {
  last: 'last value',
  profile: 'profile',
  online: 'online only',
  network: 'with network',
} as const;

export function picture(results: readonly Result[]): string {
  const rows = results.map((result) => [errorPanel(result), coveragePanel(result), hourPanel(result)]);
  for (const { judged } of results) {
    const { mode, sample } = judged.at(-1) ?? { mode: 'online', sample: [] };
    if (sample.length > 0) rows.push([dayPanel(sample, mode)]);
  }
  const height = rows.length * (panelHeight + gap) + top + 10;
  const drawn = rows.flatMap((panels, row) =>
    panels.map((panel, column) => {
      const wide = width / panels.length;
      return draw(panel, column * wide + left, row * (panelHeight + gap) + top + 20, wide - left - 16);
    }),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">`,
    '<title>Forecasts of recorded cities: errors and coverage by horizon, and errors by hour of the day</title>',
    `<rect width="${width}" height="${height}" fill="white"/>`,
    ...(Object.keys(names) as (keyof typeof names)[]).map(
      (name, i) => `<text x="${left + 110 * i}" y="16" fill="${colours[name]}">${names[name]}</text>`,
    ),
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}

const line = (name: keyof typeof names, points: readonly (readonly [number, number])[]): Line => ({
  ...{ name: names[name], colour: colours[name] },
  points: points.filter(([, y]) => !Number.isNaN(y)),
});

const mostOf = (lines: readonly Line[]): number =>
  1.1 * Math.max(1e-9, ...lines.flatMap(({ points }) => points.map(([, y]) => y)));

function errorPanel(result: Result): Panel {
  const of = ({ scores }: Judged, what: (score: Judged['scores'][number]) => number) =>
    scores.map((score) => [minutesOf(score.ahead, result), what(score)] as const);
  const [first] = result.judged;
  const lines = [
    ...(first
      ? [
          line(
            'last',
            of(first, ({ last }) => last.error),
          ),
        ]
      : []),
    ...(first
      ? [
          line(
            'profile',
            of(first, ({ profile }) => profile.error),
          ),
        ]
      : []),
    ...result.judged.map((judged) =>
      line(
        judged.mode,
        of(judged, ({ all }) => all.meanError),
      ),
    ),
  ];
  return {
    ...{ title: `${result.dataSet.title}: MAE`, lines, unit: 'min ahead', y: [0, mostOf(lines)] },
    x: [0, 70],
  };
}

function coveragePanel(result: Result): Panel {
  const lines = result.judged.map(({ mode, scores }) =>
    line(
      mode,
      scores.map((score) => [minutesOf(score.ahead, result), score.own.coverage] as const),
    ),
  );
  const meant = { name: '', colour: '#ccc', points: [[0, 0.9] as const, [70, 0.9] as const] };
  return { title: 'coverage', lines: [meant, ...lines], unit: 'min ahead', x: [0, 70], y: [0.8, 1] };
}

function hourPanel({ judged }: Result): Panel {
  const best = judged.at(-1);
  const hours = best?.scores.at(-1)?.byHour ?? [];
  const lines = [
    line(
      'last',
      hours.map(({ last }, hour) => [hour + 0.5, last] as const),
    ),
    line(
      'profile',
      hours.map(({ profile }, hour) => [hour + 0.5, profile] as const),
    ),
    line(
      best?.mode ?? 'online',
      hours.map(({ error }, hour) => [hour + 0.5, error] as const),
    ),
  ];
  return {
    title: 'MAE an hour ahead, by hour of the day',
    lines,
    unit: 'h',
    x: [0, 24],
    y: [0, mostOf(lines)],
  };
}

function dayPanel(sample: readonly Moment[], mode: Mode): Panel {
  const hour = (at: number): number => (at % 86_400_000) / 3_600_000;
  const measured = sample.map(({ at, measured }) => [hour(at), measured] as const);
  const lines = [
    { name: 'measured', colour: '#24292f', points: measured.filter(([, y]) => !Number.isNaN(y)) },
    line(
      mode,
      sample.map(({ at, value }) => [hour(at), value] as const),
    ),
  ];
  return {
    ...{ title: 'A day of a link of a town of our own: measured, and forecast an hour before', lines },
    band: sample.map(({ at, low, high }) => [hour(at), low, high] as const),
    ...{ unit: 'h', x: [0, 24], y: [0, Math.max(mostOf(lines), ...sample.map(({ high }) => high))] },
  };
}

function draw({ title, lines, x, y, unit, band }: Panel, x0: number, y0: number, wide: number): string {
  const across = (value: number): string => (x0 + ((value - x[0]) / (x[1] - x[0])) * wide).toFixed(1);
  const up = (value: number): string =>
    (y0 + panelHeight - ((value - y[0]) / (y[1] - y[0])) * (panelHeight - 10)).toFixed(1);
  const path = (points: readonly (readonly [number, number])[]): string =>
    points.map(([px, py]) => `${across(px)},${up(py)}`).join(' ');
  const marks = [0, 0.5, 1].map((share) => {
    const value = y[0] + share * (y[1] - y[0]);
    return `<text x="${x0 - 5}" y="${up(value)}" dy="4" text-anchor="end">${value.toPrecision(3)}</text>`;
  });
  const ticks = (x[1] === 24 ? [0, 6, 12, 18, 24] : [15, 30, 60]).map(
    (value) => `<text x="${across(value)}" y="${y0 + panelHeight + 14}" text-anchor="middle">${value}</text>`,
  );
  const between = (band ?? []).map(([px, low]) => [px, low] as const);
  const back = (band ?? []).map(([px, , high]) => [px, high] as const).reverse();
  return [
    `<text x="${x0}" y="${y0 - 2}" font-weight="bold">${title}</text>`,
    `<line x1="${x0}" y1="${y0 + panelHeight}" x2="${x0 + wide}" y2="${y0 + panelHeight}" stroke="#888"/>`,
    `<text x="${x0 + wide}" y="${y0 + panelHeight + 26}" text-anchor="end">${unit}</text>`,
    ...marks,
    ...ticks,
    ...(band ? [`<polygon points="${path([...between, ...back])}" fill="#1f6feb" opacity="0.15"/>`] : []),
    ...lines.map(
      ({ name, colour, points }) =>
        `<polyline fill="none" stroke="${colour}" stroke-width="1.5" points="${path(points)}">` +
        `<title>${name}</title></polyline>` +
        (points.length > 6
          ? ''
          : points
              .map(([px, py]) => `<circle cx="${across(px)}" cy="${up(py)}" r="2.5" fill="${colour}"/>`)
              .join('')),
    ),
  ].join('\n');
}
