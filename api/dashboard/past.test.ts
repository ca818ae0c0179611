import { describe, expect, it } from 'vitest';
import type { Incident, LinkState } from './model.ts';
import {
  cityThen,
  createPastReader,
  instantAt,
  type Past,
  type PastRead,
  pastOf,
  positionOf,
} from './past.ts';
import { emptyCity, isOpenIncident, reduce } from './state.ts';

const eight = Date.parse('2026-01-05T08:00:00Z');
const minutes = (n: number) => n * 60_000;
const link = (quality: LinkState['quality'], speedKph: number | null): LinkState => ({
  link: 'L1',
  quality,
  speedKph,
});
const answer = (different: Partial<PastRead> = {}): PastRead => ({
  links: [link('observed', 30)],
  facilities: [],
  incidents: [],
  ...different,
});

describe('the slider of time', () => {
  it('is live at its end, and a minute of which all is in before it', () => {
    const now = eight + 42_000;
    expect(instantAt(0, now)).toBeUndefined();
    expect(instantAt(-1, now)).toBe(eight - minutes(2));
    expect(instantAt(-180, now)).toBe(eight - minutes(181));
  });

  it('puts every instant back to where it came from, and what slid out of reach at its beginning', () => {
    const now = eight + 42_000;
    for (let position = -180; position <= 0; position++)
      expect(positionOf(instantAt(position, now), now)).toBe(position);
    expect(positionOf(instantAt(-180, now), now + minutes(5))).toBe(-180);
  });
});

describe('the city of a minute of the past', () => {
  /**
   *         detected       ended
   *  ──────────┤───── open ──┤──────
   */
  it('has the incidents that were detected and had not ended', () => {
    const crash: Incident = {
      incident: 'A',
      kind: 'accident',
      status: 'resolved',
      startedAt: eight - minutes(2),
      detectedAt: eight,
      endedAt: eight + minutes(10),
    };
    const openAt = (at: number) => [...pastOf(at, answer({ incidents: [crash] })).incidents.values()];
    expect(openAt(eight - 1)).toEqual([]);
    expect(openAt(eight).map(isOpenIncident)).toEqual([true]);
    expect(openAt(eight + minutes(10) - 1)).toHaveLength(1);
    expect(openAt(eight + minutes(10))).toEqual([]);
  });

  it('shows its links instead of the live ones, and no advice', () => {
    const live = [
      { kind: 'links', items: [link('observed', 55)] },
      { kind: 'recommendations', items: [{ recommendation: 'R1', intersection: 'I1' }] },
    ] as const;
    const then = cityThen(live.reduce(reduce, emptyCity), pastOf(eight, answer()));
    expect(then.links.get('L1')?.speedKph).toBe(30);
    expect(then.recommendations.size).toBe(0);
  });

  it('says when nothing was measured', () => {
    expect(pastOf(eight, answer()).kind).toBe('measured');
    expect(pastOf(eight, answer({ links: [link('missing', null)] })).kind).toBe('nothing');
  });
});

describe('the reader of the past', () => {
  const watched = () => {
    const answers: (() => void)[] = [];
    const asked: number[] = [];
    const shown: (number | undefined)[] = [];
    const goTo = createPastReader(
      (at) => {
        asked.push(at);
        return new Promise((resolve) => answers.push(() => resolve(answer())));
      },
      (past) => shown.push(past?.at),
    );
    return { goTo, answers, asked, shown };
  };

  it('reads the first and the last minute of a drag, not each between them', async () => {
    const { goTo, answers, asked, shown } = watched();
    const drag = goTo(1);
    void goTo(2);
    void goTo(3);
    answers[0]!();
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    answers[1]!();
    await drag;
    expect(asked).toEqual([1, 3]);
    expect(shown).toEqual([1, 3]);
  });

  it('does not show the past to who has gone back to live before it came', async () => {
    const { goTo, answers, shown } = watched();
    const drag = goTo(1);
    void goTo(undefined);
    answers[0]!();
    await drag;
    expect(shown).toEqual([undefined]);
  });

  it('shows that the server did not answer', async () => {
    const shown: (Past | undefined)[] = [];
    await createPastReader(
      () => Promise.reject(new Error('refused')),
      (past) => shown.push(past),
    )(eight);
    expect(shown.map((past) => [past?.kind, past?.at, past?.links.size])).toEqual([['unread', eight, 0]]);
  });
});
