import { constraintName, type Family, familiesOf, marginOf, relationSign } from '../constraint-words.ts';
import { h, svg } from '../dom.ts';
import type { Constraint, Recommendation } from '../model.ts';
import type { Screen } from '../screen.ts';
import { fill, qualityWords, statusWord } from '../words.ts';
import { heading, quiet, table } from './parts.ts';

/** A recommendation told as a proof: what changes, what it must respect, what is expected, what became of it. */
export function proofParts(screen: Screen, item: Recommendation): Node[] {
  const { words } = screen;
  const isOpen = (item.status ?? 'issued') === 'issued';
  return [
    heading(words.advice, isOpen ? undefined : statusWord(words, item.status ?? 'issued')),
    ...(item.reason ? [h('p', { class: 'reason' }, item.reason)] : []),
    ...expectedParts(screen, item),
    ...changeParts(screen, item),
    ...constraintParts(screen, item.constraints ?? []),
    ...benefitParts(screen, item),
    ...outcomeParts(screen, item),
  ];
}

function expectedParts(screen: Screen, item: Recommendation): Node[] {
  const { words, format } = screen;
  const { currentDelaySeconds: before, predictedDelaySeconds: after } = item;
  if (typeof before !== 'number' || typeof after !== 'number') return [];
  const low = item.benefitLowSeconds;
  const high = item.benefitHighSeconds;
  const { evidence } = item;
  return [
    h('h4', {}, words.whatIsExpected),
    h(
      'p',
      { class: 'benefit' },
      h('b', {}, format.seconds(before, 1)),
      h('span', { 'aria-hidden': 'true' }, '→'),
      h('b', { class: 'accent' }, format.seconds(after, 1)),
      h('small', {}, `${words.controlDelay}, ${words.delayPerVehicle}`),
    ),
    typeof low === 'number' && typeof high === 'number'
      ? interval(before, after, before - high, before - low)
      : h('span', {}),
    quiet(
      fill(words.saves, {
        gain: format.seconds(before - after, 1),
        low: format.number(low, 1),
        high: format.seconds(high, 1),
      }),
    ),
    ...(evidence
      ? [
          quiet(
            fill(words.evidenceIs, {
              n: format.number(evidence.windows),
              from: format.time(evidence.windowStart),
              to: format.time(evidence.windowEnd),
              quality: qualityWords(words, evidence.quality ?? 'missing').word,
            }),
          ),
        ]
      : []),
  ];
}

/** What it has been worth, once that is known. */
function benefitParts({ words, format }: Screen, { benefit }: Recommendation): Node[] {
  if (!benefit) return [];
  return [
    quiet(
      fill(words.wasWorth, {
        gain: format.seconds(benefit.savingSeconds, 1),
        low: format.number(benefit.savingLowSeconds, 1),
        high: format.seconds(benefit.savingHighSeconds, 1),
        n: format.number(benefit.windows),
      }),
    ),
  ];
}

/** Delay on one line from zero: a mark where it is, a dot with whiskers where it is expected to be. */
function interval(before: number, after: number, low: number, high: number): Node {
  const most = Math.max(before, high, 1) * 1.08;
  const x = (delay: number) => (Math.max(0, delay) / most) * 400;
  const picture = svg(
    'svg',
    { viewBox: '0 0 400 26', class: 'interval', 'aria-hidden': 'true', preserveAspectRatio: 'none' },
    svg('line', { x1: 0, x2: 400, y1: 13, y2: 13, class: 'interval-axis' }),
    svg('line', { x1: x(low), x2: x(high), y1: 13, y2: 13, class: 'interval-range' }),
    svg('line', { x1: x(low), x2: x(low), y1: 7, y2: 19, class: 'interval-end' }),
    svg('line', { x1: x(high), x2: x(high), y1: 7, y2: 19, class: 'interval-end' }),
    svg('circle', { cx: x(after), cy: 13, r: 6, class: 'interval-dot' }),
    svg('line', { x1: x(before), x2: x(before), y1: 2, y2: 24, class: 'interval-now' }),
  );
  return picture;
}

function changeParts(screen: Screen, item: Recommendation): Node[] {
  const { words, format } = screen;
  const before = new Map((item.previous?.splits ?? []).map((split) => [split.phase, split.seconds]));
  const after = new Map((item.plan?.splits ?? []).map((split) => [split.phase, split.seconds]));
  const phases = [...new Set([...before.keys(), ...after.keys()])].sort((a, b) => a - b);
  const most = Math.max(1, ...before.values(), ...after.values());
  const whole = (label: string, from: number | null | undefined, to: number | null | undefined) =>
    h('li', {}, h('span', {}, label), h('b', {}, moved(screen, from, to)));
  return [
    h('h4', {}, words.whatChanges),
    h(
      'ul',
      { class: 'plan' },
      whole(words.cycle, item.previous?.cycleSeconds, item.plan?.cycleSeconds),
      whole(words.offset, item.previous?.offsetSeconds, item.plan?.offsetSeconds),
    ),
    h(
      'ul',
      { class: 'splits' },
      ...phases.map((phase) => {
        const [from, to] = [before.get(phase), after.get(phase)];
        const bars = h('span', { class: 'bars' }, h('i', { class: 'was' }), h('i', { class: 'will' }));
        bars.style.setProperty('--was', String((from ?? 0) / most));
        bars.style.setProperty('--will', String((to ?? 0) / most));
        return h(
          'li',
          { class: from === to ? 'same' : '' },
          h('span', { class: 'split-phase' }, fill(words.inPhase, { n: phase })),
          bars,
          h('span', { class: 'split-text' }, moved(screen, from, to)),
        );
      }),
    ),
    h(
      'p',
      { class: 'curve-legend' },
      h('span', { class: 'key was' }),
      words.now,
      h('span', { class: 'key will' }),
      words.proposed,
      `, ${format.seconds(0).replace(/^0\s*/, '')}`,
    ),
  ];
}

/** "24 → 30 s  +6", or the number alone when it stays. */
function moved(screen: Screen, from: number | null | undefined, to: number | null | undefined): string {
  const { format } = screen;
  if (typeof from !== 'number' || typeof to !== 'number') return format.seconds(to ?? from);
  if (from === to) return format.seconds(to);
  const by = to - from;
  return `${format.number(from)} → ${format.seconds(to)}  ${by > 0 ? '+' : '−'}${format.number(Math.abs(by))}`;
}

function constraintParts(screen: Screen, constraints: readonly Constraint[]): Node[] {
  const { words } = screen;
  if (constraints.length === 0) return [];
  const met = constraints.filter((constraint) => constraint.met).length;
  const isAll = met === constraints.length;
  const families = familiesOf(constraints);
  const head = [words.constraint, words.value, words.bound, words.margin, ''];
  return [
    h(
      'h4',
      {},
      words.mustRespect,
      h(
        'span',
        { class: `heading-more ${isAll ? '' : 'bad'}` },
        fill(isAll ? words.allMet : words.someMet, { n: constraints.length, met }),
      ),
    ),
    table(
      head,
      families.filter((f) => !f.met || f.tightest.relation !== 'equals').map((f) => familyRow(screen, f)),
      [1, 2, 3],
    ),
    h(
      'details',
      { class: 'every' },
      h('summary', {}, fill(words.everyConstraint, { n: constraints.length })),
      table(
        head,
        constraints.map((constraint) => row(screen, constraint, false)),
        [1, 2, 3],
      ),
    ),
  ];
}

const familyRow = (screen: Screen, family: Family): (Node | string)[] =>
  row(screen, family.tightest, family.all.length > 1);

function row(screen: Screen, constraint: Constraint, isTightest: boolean): (Node | string)[] {
  const { words, format, language } = screen;
  const digits = [constraint.value, constraint.bound].every(Number.isInteger) ? 0 : 1;
  const where = typeof constraint.phase === 'number' ? fill(words.inPhase, { n: constraint.phase }) : '';
  const detail = [isTightest ? words.tightest : '', where].filter(Boolean).join(': ');
  return [
    h('span', {}, constraintName(language, constraint.name), detail !== '' && h('small', {}, detail)),
    format.number(constraint.value, digits),
    `${relationSign(constraint.relation)} ${format.number(constraint.bound, digits)} ${constraint.unit}`,
    constraint.relation === 'equals' ? '–' : format.number(marginOf(constraint), digits),
    constraint.met
      ? h('span', { class: 'met', title: words.met }, '✓')
      : h('span', { class: 'met bad' }, words.notMet),
  ];
}

function outcomeParts(screen: Screen, item: Recommendation): Node[] {
  const { words, format } = screen;
  const said = item.acknowledgements ?? [];
  if (said.length === 0) return [];
  return [
    h('h4', {}, words.whatBecame),
    h(
      'ul',
      { class: 'outcome' },
      ...said.map((one) => {
        const status = statusWord(words, one.status);
        const text = fill(words.byAt, { status, by: one.by ?? words.noData, time: format.time(one.at) });
        return h('li', {}, one.reason ? `${text}: ${one.reason}` : text);
      }),
    ),
  ];
}
