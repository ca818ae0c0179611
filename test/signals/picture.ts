/** The report as a picture (SVG): stopped delay by approach, and what the twin promised beside what came. */
import type { Tried } from './report.ts';
import { type Mode, modes, names, type Scenario, scenarios } from './scenarios.ts';

const [width, rowHeight, left, gap] = [960, 190, 60, 50];
const colours: Readonly<Record<Mode, string>> = {
  native: '#8b949e',
  radar: '#1f6feb',
  loops: '#2da44e',
  plans: '#d29922',
};
/** More approaches than this are not modes, the most loaded are. */
const approachesMost = 12;

export function picture(tried: readonly Tried[]): string {
  const shown = scenarios.filter((scenario) => tried.some((one) => one.scenario === scenario));
  const height = 40 + shown.length * (rowHeight + gap);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">`,
    '<title>Signal advice, judged in a simulator: delay by approach, and what was promised beside what came</title>',
    `<rect width="${width}" height="${height}" fill="white"/>`,
    ...modes.map(
      (mode, i) => `<text x="${left + 120 * i}" y="16" fill="${colours[mode]}">${names[mode]}</text>`,
    ),
    ...shown.flatMap((scenario, row) => {
      const mine = tried.filter((one) => one.scenario === scenario);
      const y = 50 + row * (rowHeight + gap);
      return [bars(scenario, mine, y), scatter(scenario, mine, y)];
    }),
    '</svg>',
    '',
  ].join('\n');
}

/** Mean stopped delay of each approach, vehicle seconds a minute, by mode. */
function delays(tried: readonly Tried[]): Map<string, Map<Mode, number>> {
  const sums = new Map<string, Map<Mode, { seconds: number; minutes: number }>>();
  for (const { mode, minutes } of tried)
    for (const { intersection, lanes } of minutes) {
      const byLink = new Map<string, number>();
      for (const { link, stoppedVehicleSeconds } of lanes)
        byLink.set(link, (byLink.get(link) ?? 0) + stoppedVehicleSeconds);
      for (const [link, seconds] of byLink) {
        const modesOf = sums.get(`${intersection} ${link}`) ?? new Map();
        sums.set(`${intersection} ${link}`, modesOf);
        const sum = modesOf.get(mode) ?? { seconds: 0, minutes: 0 };
        modesOf.set(mode, { seconds: sum.seconds + seconds, minutes: sum.minutes + 1 });
      }
    }
  return new Map(
    [...sums].map(([approach, modesOf]) => [
      approach,
      new Map([...modesOf].map(([mode, { seconds, minutes }]) => [mode, seconds / minutes])),
    ]),
  );
}

function bars(scenario: Scenario, tried: readonly Tried[], y0: number): string {
  const mostOf = (byMode: ReadonlyMap<Mode, number>): number => Math.max(...byMode.values());
  const approaches = [...delays(tried)]
    .sort(([, a], [, b]) => mostOf(b) - mostOf(a))
    .slice(0, approachesMost);
  const most = Math.max(1, ...approaches.map(([, byMode]) => mostOf(byMode)));
  const wide = (width * 0.62) / Math.max(1, approaches.length);
  const parts = approaches.flatMap(([approach, byMode], i) => {
    const x = left + i * wide;
    const bar = (wide - 8) / modes.length;
    return [
      ...modes.map((mode, k) => {
        const high = ((byMode.get(mode) ?? 0) / most) * (rowHeight - 30);
        return (
          `<rect x="${(x + k * bar).toFixed(1)}" y="${(y0 + rowHeight - high).toFixed(1)}" ` +
          `width="${(bar - 1).toFixed(1)}" height="${high.toFixed(1)}" fill="${colours[mode]}">` +
          `<title>${approach}: ${names[mode]}</title></rect>`
        );
      }),
      `<text x="${x.toFixed(1)}" y="${y0 + rowHeight + 14}" font-size="8">${short(approach)}</text>`,
    ];
  });
  return [
    `<text x="${left}" y="${y0 - 6}" font-weight="bold">` +
      `${scenario.name}: stopped delay by approach, vehicle s a minute</text>`,
    `<text x="${left - 5}" y="${y0 + 34}" text-anchor="end">${most.toFixed(0)}</text>`,
    `<text x="${left - 5}" y="${y0 + rowHeight}" text-anchor="end">0</text>`,
    `<line x1="${left}" y1="${y0 + rowHeight}" x2="${width * 0.66}" y2="${y0 + rowHeight}" stroke="#888"/>`,
    ...parts,
  ].join('\n');
}

const short = (approach: string): string => (approach.split(' ').at(-1) ?? '').slice(0, 12);

/** Minute by minute, what the twin promised for what was then done, across, and what came, up. */
function scatter({ name }: Scenario, tried: readonly Tried[], y0: number): string {
  const points = tried.flatMap(({ mode, minutes }) =>
    minutes.flatMap(({ twin }) => {
      if (!twin) return [];
      const promised = mode === 'native' ? twin.nativeVehicleSeconds : twin.advisedVehicleSeconds;
      return [{ mode, promised, came: twin.stoppedVehicleSeconds }];
    }),
  );
  if (points.length === 0) return '';
  const sorted = points.flatMap(({ promised, came }) => [promised, came]).sort((a, b) => a - b);
  const most = Math.max(1, sorted[Math.floor(0.99 * (sorted.length - 1))] as number);
  const [x0, side] = [width * 0.72, rowHeight - 20];
  const across = (value: number): string => (x0 + (Math.min(value, most) / most) * side).toFixed(1);
  const up = (value: number): string => (y0 + rowHeight - (Math.min(value, most) / most) * side).toFixed(1);
  const every = Math.ceil(points.length / 600);
  return [
    `<text x="${x0}" y="${y0 - 6}" font-weight="bold">${name}: promised, came</text>`,
    `<rect x="${x0}" y="${y0 + rowHeight - side}" width="${side}" height="${side}" fill="none" stroke="#888"/>`,
    `<line x1="${across(0)}" y1="${up(0)}" x2="${across(most)}" y2="${up(most)}" stroke="#ccc"/>`,
    `<text x="${x0 - 5}" y="${y0 + rowHeight - side + 8}" text-anchor="end">${most.toFixed(0)}</text>`,
    ...points
      .filter((_, i) => i % every === 0)
      .map(
        ({ mode, promised, came }) =>
          `<circle cx="${across(promised)}" cy="${up(came)}" r="1.6" fill="${colours[mode]}" opacity="0.5"/>`,
      ),
  ].join('\n');
}
