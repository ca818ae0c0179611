import uPlot from 'uplot';
import { h, setText } from '../dom.ts';
import { type Bucket, type Maybe, type Moment, momentOf } from '../model.ts';
import { spanMinutes } from '../past.ts';
import type { Screen } from '../screen.ts';

export interface Measured {
  /** Milliseconds. */
  readonly at: number;
  readonly value: Maybe<number>;
  readonly isImputed: boolean;
}

export interface Expected {
  readonly at: number;
  readonly value: Maybe<number>;
  readonly low: Maybe<number>;
  readonly high: Maybe<number>;
}

export interface Curve {
  readonly measured: readonly Measured[];
  readonly expected: readonly Expected[];
  /** Bounds that the vertical scale always shows. */
  readonly least: number;
  readonly most: number;
  /** Ends of the time scale in milliseconds, so that curves above one another line up. */
  readonly from: number;
  readonly until: number;
  /** The minute that the rest of the page shows, when it is not now. */
  readonly mark?: number | undefined;
}

export interface Chart {
  readonly element: HTMLElement;
  show(curve: Curve): void;
}

const height = 148;

/**
 * A curve over time: measured values solid, imputed ones hollow, the forecast dashed with its band. Where
 * nothing was measured the line is broken.
 */
export function createChart(screen: Screen, title: string, unit: string, nothing: string): Chart {
  const readout = h('span', { class: 'readout' });
  const canvas = h('div', { class: 'plot' });
  const none = h('p', { class: 'quiet', hidden: true }, nothing);
  const element = h(
    'figure',
    { class: 'chart' },
    h('figcaption', {}, h('strong', {}, unit === '' ? title : `${title}, ${unit}`), readout),
    canvas,
    none,
  );
  let plot: uPlot | undefined;
  let last = '';
  const resize = new ResizeObserver(() => plot?.setSize({ width: canvas.clientWidth, height }));
  resize.observe(canvas);
  return {
    element,
    show: (curve) => {
      const key = JSON.stringify([curve, canvas.clientWidth > 0]);
      if (key === last) return;
      last = key;
      plot?.destroy();
      plot = undefined;
      const isEmpty = !curve.measured.some((point) => typeof point.value === 'number');
      none.hidden = !isEmpty;
      if (isEmpty && curve.expected.length === 0) return;
      plot = new uPlot(optionsOf(screen, curve, unit, canvas.clientWidth, readout), dataOf(curve), canvas);
    },
  };
}

function dataOf({ measured, expected }: Curve): uPlot.AlignedData {
  const lastMeasured = measured.findLast((point) => typeof point.value === 'number');
  const join: Expected[] =
    lastMeasured && expected.length > 0
      ? [
          {
            at: lastMeasured.at,
            value: lastMeasured.value,
            low: lastMeasured.value,
            high: lastMeasured.value,
          },
        ]
      : [];
  const ahead = new Map([...join, ...expected].map((point) => [point.at, point]));
  const behind = new Map(measured.map((point) => [point.at, point]));
  const times = [...new Set([...behind.keys(), ...ahead.keys()])].sort((a, b) => a - b);
  const column = (of: (at: number) => Maybe<number>) => times.map((at) => of(at));
  // Between horizons nothing is told: undefined lets the line run on, null breaks it.
  return [
    times.map((at) => at / 1000),
    column((at) => behind.get(at)?.value ?? null),
    column((at) => (behind.get(at)?.isImputed ? behind.get(at)?.value : null)),
    column((at) => ahead.get(at)?.value),
    column((at) => ahead.get(at)?.low),
    column((at) => ahead.get(at)?.high),
  ];
}

function optionsOf(
  screen: Screen,
  curve: Curve,
  unit: string,
  width: number,
  readout: HTMLElement,
): uPlot.Options {
  const { palette, format } = screen;
  const zone = screen.store.get().network?.timeZone ?? 'UTC';
  const axis = {
    stroke: palette.quietText,
    font: '11px Inter, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif',
    grid: { stroke: palette.grid, width: 1 },
    ticks: { show: false },
  };
  const hidden = { stroke: 'transparent', points: { show: false } };
  return {
    width,
    height,
    legend: { show: false },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone),
    cursor: { y: false, points: { size: 7 }, sync: { key: 'panel' }, drag: { x: false, y: false } },
    scales: {
      x: { range: () => [curve.from / 1000, curve.until / 1000] },
      y: {
        range: (_, __, dataMost) => [curve.least, Math.max(curve.most, (dataMost ?? curve.most) * 1.05)],
      },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 24,
        space: 60,
        values: (_, ticks) => ticks.map((tick) => format.time(tick * 1000)),
      },
      { ...axis, size: 42, space: 30, values: (_, ticks) => ticks.map((tick) => format.number(tick)) },
    ],
    series: [
      {},
      { stroke: palette.text, width: 1.8, points: { show: false } },
      {
        stroke: 'transparent',
        points: { show: true, size: 5, stroke: palette.text, fill: palette.surface, width: 1.2 },
      },
      { stroke: palette.text, width: 1.6, dash: [5, 4], points: { show: false } },
      hidden,
      hidden,
    ],
    bands: [{ series: [5, 4], fill: `${palette.quietText}38` }],
    hooks: {
      setCursor: [(plot) => setText(readout, readoutOf(screen, plot, unit))],
      draw: [(plot) => drawMark(plot, curve.mark, palette.accent)],
    },
  };
}

function drawMark(plot: uPlot, mark: number | undefined, colour: string): void {
  if (mark === undefined) return;
  const { top, height: tall } = plot.bbox;
  plot.ctx.fillStyle = colour;
  plot.ctx.fillRect(
    plot.valToPos(mark / 1000, 'x', true) - devicePixelRatio,
    top,
    2 * devicePixelRatio,
    tall,
  );
}

function readoutOf(screen: Screen, plot: uPlot, unit: string): string {
  const { format, words } = screen;
  const index = plot.cursor.idx;
  const at = index === null || index === undefined ? undefined : plot.data[0][index];
  if (index === null || index === undefined || at === undefined) return '';
  const time = format.time(at * 1000);
  const imputed = plot.data[2]?.[index];
  const measured = plot.data[1]?.[index];
  if (typeof measured === 'number')
    return `${time}  ${format.number(measured)} ${unit} ${typeof imputed === 'number' ? words.imputed : ''}`;
  const expected = plot.data[3]?.[index];
  if (typeof expected !== 'number') return `${time}  ${words.noData}`;
  const low = format.number(plot.data[4]?.[index]);
  const high = format.number(plot.data[5]?.[index]);
  return `${time}  ${format.number(expected)} (${low}–${high}) ${unit} ${words.forecast}`;
}

/** From the first measured bucket of a history to its last or to the last target of a forecast, milliseconds. */
export function timeEnds(
  buckets: readonly Bucket[],
  points: readonly { readonly target?: Moment }[],
): Pick<Curve, 'from' | 'until'> {
  const first = buckets.findIndex((bucket) => bucket.quality !== 'missing');
  const measured = first < 0 ? [] : buckets.slice(first);
  const times = [...measured.map((b) => b.start), ...points.map((p) => p.target)].flatMap(
    (m) => momentOf(m) ?? [],
  );
  return times.length === 0 ? { from: 0, until: 1 } : { from: Math.min(...times), until: Math.max(...times) };
}

/** Where the histories of the panels begin, as a parameter of a request. */
export const historyFrom = (screen: Screen): string => {
  const now = screen.clock.now(performance.now()) ?? Date.now();
  return encodeURIComponent(new Date(now - spanMinutes * 60_000).toISOString());
};

/** What the strokes of a curve mean. */
export function curveLegend(screen: Screen, level: Maybe<number>): HTMLElement {
  const { words, format } = screen;
  return h(
    'p',
    { class: 'curve-legend' },
    h('span', { class: 'stroke solid' }),
    words.measured,
    h('span', { class: 'stroke hollow' }),
    words.imputed,
    h('span', { class: 'stroke dashed' }),
    words.forecastBand.replace('{level}', format.share(level ?? undefined)),
  );
}
