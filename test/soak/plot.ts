/** Lines over time as a picture (SVG). */

export interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly lines: readonly {
    readonly name: string;
    readonly points: readonly (readonly [number, number])[];
  }[];
}

export interface Mark {
  /** Minutes. */
  readonly at: number;
  readonly text: string;
}

const [width, height, left, right, top, gap] = [960, 220, 70, 20, 30, 40];
const colours = ['#1f6feb', '#d29922', '#2da44e', '#cf222e'];
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** Panels one below the other over the same minutes; a thin line at each mark, told when one points at it. */
export function plot(panels: readonly Panel[], minutes: number, marks: readonly Mark[]): string {
  const total = panels.length * (height + gap) + gap;
  const x = (minute: number): number => left + (minute / Math.max(minutes, 1e-9)) * (width - left - right);
  const drawn = panels.map((panel, i) => drawPanel(panel, top + i * (height + gap), x, minutes, marks));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${total}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${total}" fill="white"/>`,
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}

function drawPanel(
  { title, unit, lines }: Panel,
  y0: number,
  x: (minute: number) => number,
  minutes: number,
  marks: readonly Mark[],
): string {
  const most = Math.max(1e-9, ...lines.flatMap(({ points }) => points.map(([, value]) => value)));
  const y = (value: number): number => y0 + height - (value / most) * (height - 20);
  const parts = [
    `<text x="${left}" y="${y0}" font-weight="bold">${escaped(`${title} (${unit})`)}</text>`,
    `<line x1="${left}" y1="${y0 + height}" x2="${width - right}" y2="${y0 + height}" stroke="#888"/>`,
    ...marks.map(({ at, text }) => {
      const line = `<line x1="${x(at)}" y1="${y0 + 20}" x2="${x(at)}" y2="${y0 + height}" stroke="#ddd">`;
      return `${line}<title>${escaped(text)}</title></line>`;
    }),
    ...[0, 0.5, 1].map(
      (share) =>
        `<text x="${left - 6}" y="${y(share * most) + 4}" text-anchor="end">${(share * most).toPrecision(3)}</text>`,
    ),
    ...[0, 0.25, 0.5, 0.75, 1].map((share) => {
      const minute = share * minutes;
      const text = `${minute.toFixed(1)} min`;
      return `<text x="${x(minute)}" y="${y0 + height + 16}" text-anchor="middle">${text}</text>`;
    }),
  ];
  lines.forEach(({ name, points }, i) => {
    const colour = colours[i % colours.length];
    const path = points.map(([minute, value]) => `${x(minute).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
    parts.push(
      `<polyline fill="none" stroke="${colour}" stroke-width="1.5" points="${path}"/>`,
      `<text x="${width - right - 160 * (lines.length - i) + 10}" y="${y0}" fill="${colour}">${escaped(name)}</text>`,
    );
  });
  return parts.join('\n');
}

/** The slope of a line through points by least squares; undefined for fewer than two. */
export function slope(points: readonly (readonly [number, number])[]): number | undefined {
  if (points.length < 2) return undefined;
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(points.map(([px]) => px)), mean(points.map(([, py]) => py))];
  const over = points.reduce((sum, [px]) => sum + (px - mx) ** 2, 0);
  return over === 0 ? undefined : points.reduce((sum, [px, py]) => sum + (px - mx) * (py - my), 0) / over;
}
