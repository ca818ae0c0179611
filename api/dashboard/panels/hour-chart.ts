import uPlot from 'uplot';
import { h, setText } from '../dom.ts';
import type { Maybe } from '../model.ts';
import type { Screen } from '../screen.ts';

/** Mean errors in one hour of the day, in the unit of the chart. */
export interface ErrorsOfHour {
  /** 0..23, local. */
  readonly hour: number;
  readonly forecast: Maybe<number>;
  readonly last: Maybe<number>;
  readonly profile: Maybe<number>;
}

export interface HourChart {
  readonly element: HTMLElement;
  show(hours: readonly ErrorsOfHour[]): void;
}

const height = 148;
const hoursADay = Array.from({ length: 24 }, (_, hour) => hour);
const twoDigits = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;

/** Errors over the hours of the day: the forecast solid, the last value dashed, the weekly profile dotted. */
export function createHourChart(screen: Screen, title: string, unit: string): HourChart {
  const readout = h('span', { class: 'readout' });
  const canvas = h('div', { class: 'plot' });
  const element = h(
    'figure',
    { class: 'chart' },
    h('figcaption', {}, h('strong', {}, `${title}, ${unit}`), readout),
    canvas,
    h(
      'p',
      { class: 'curve-legend' },
      h('span', { class: 'stroke solid' }),
      screen.words.forecast,
      h('span', { class: 'stroke of-last' }),
      screen.words.lastValue,
      h('span', { class: 'stroke of-profile' }),
      screen.words.weeklyProfile,
    ),
  );
  let plot: uPlot | undefined;
  let last = '';
  new ResizeObserver(() => plot?.setSize({ width: canvas.clientWidth, height })).observe(canvas);
  return {
    element,
    show: (hours) => {
      const key = JSON.stringify([hours, canvas.clientWidth > 0]);
      if (key === last) return;
      last = key;
      plot?.destroy();
      plot = new uPlot(optionsOf(screen, unit, canvas.clientWidth, readout), dataOf(hours), canvas);
    },
  };
}

function dataOf(hours: readonly ErrorsOfHour[]): uPlot.AlignedData {
  const byHour = new Map(hours.map((each) => [each.hour, each]));
  const column = (of: (each: ErrorsOfHour) => Maybe<number>) =>
    hoursADay.map((hour) => {
      const found = byHour.get(hour);
      return found ? (of(found) ?? null) : null;
    });
  return [hoursADay, column((e) => e.forecast), column((e) => e.last), column((e) => e.profile)];
}

function optionsOf(screen: Screen, unit: string, width: number, readout: HTMLElement): uPlot.Options {
  const { palette, format, words } = screen;
  const axis = {
    stroke: palette.quietText,
    font: '11px Inter, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif',
    grid: { stroke: palette.grid, width: 1 },
    ticks: { show: false },
  };
  const said = (plot: uPlot): string => {
    const index = plot.cursor.idx;
    if (index === null || index === undefined) return '';
    const names = [words.forecast, words.lastValue, words.weeklyProfile];
    const values = names.map((name, i) => `${name} ${format.number(plot.data[i + 1]?.[index], 1)}`);
    return `${twoDigits(index)}  ${values.join(' · ')} ${unit}`;
  };
  return {
    width,
    height,
    legend: { show: false },
    cursor: { y: false, points: { size: 7 }, drag: { x: false, y: false } },
    scales: {
      x: { time: false, range: () => [0, 23] },
      y: { range: (_, __, most) => [0, (most || 1) * 1.1] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 24,
        splits: () => [0, 6, 12, 18, 23],
        values: (_, ticks) => ticks.map(twoDigits),
      },
      {
        ...axis,
        size: 42,
        space: 30,
        values: (_, ticks) => ticks.map((tick) => format.number(tick, tick % 1 === 0 ? 0 : 1)),
      },
    ],
    series: [
      {},
      { stroke: palette.text, width: 2, points: { show: true, size: 4, fill: palette.text } },
      { stroke: palette.quietText, width: 1.6, dash: [6, 4], points: { show: false } },
      { stroke: palette.quietText, width: 1.6, dash: [2, 3], points: { show: false } },
    ],
    hooks: { setCursor: [(plot) => setText(readout, said(plot))] },
  };
}
