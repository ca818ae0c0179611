import { describe, expect, it } from 'vitest';
import type { Intersection, Phase, Plan } from '#domain/network.ts';
import type { SignalEvents } from '#schemas/generated/signal.event.v1.ts';
import { createRandom } from './random.ts';
import { compileRoads } from './roads.ts';
import { Signals } from './signals.ts';
import { createTestNetwork } from './test-network.ts';
import { faultOf, leastSplitSeconds } from './timing.ts';

const network = createTestNetwork();
const start = Date.parse('2026-03-03T06:30:00Z');

/**
 * Watches what one controller says and tells every breach of the rules of rings and barriers. It knows only the
 * phases, not the plan, and nothing of how the controller works.
 */
class Monitor {
  readonly breaches: string[] = [];
  private readonly phases: ReadonlyMap<number, Phase>;
  private readonly states = new Map<number, { code: number; since: number }>();
  private readonly walks = new Map<number, { code: number; since: number }>();
  greens = 0;

  constructor({ phases }: Intersection) {
    this.phases = new Map(phases.map((phase) => [phase.number, phase]));
  }

  hear({ at, events }: SignalEvents): void {
    let last = 0;
    for (let i = 0; i < events.length; i++) {
      const tenths = events.deciseconds[i]!;
      if (tenths < last || tenths > 9) this.breaches.push(`tenth ${tenths} after ${last}`);
      last = tenths;
      const phase = this.phases.get(events.parameter[i]!);
      const code = events.code[i]!;
      if (code >= 1 && code <= 11) this.light(phase!, code, at + tenths * 100);
      if (code >= 21 && code <= 23) this.walk(phase!, code, at + tenths * 100);
    }
  }

  private light(phase: Phase, code: number, at: number): void {
    const before = { 1: 11, 7: 1, 8: 7, 9: 8, 10: 9, 11: 10 }[code];
    const state = this.states.get(phase.number) ?? { code: 11, since: at };
    const name = `phase ${phase.number} at ${(at - start) / 1000} s`;
    if (state.code !== before) this.breaches.push(`${name}: ${code} after ${state.code}`);
    const lasted = (at - state.since) / 1000;
    if (code === 7 && lasted < phase.minGreenSeconds) this.breaches.push(`${name}: green for ${lasted} s`);
    if (code === 9 && lasted !== phase.yellowSeconds) this.breaches.push(`${name}: yellow for ${lasted} s`);
    if (code === 11 && lasted !== phase.redClearanceSeconds)
      this.breaches.push(`${name}: red for ${lasted} s`);
    if (code === 7 && this.walks.has(phase.number)) this.breaches.push(`${name}: ends while people cross`);
    this.states.set(phase.number, { code, since: at });
    if (code !== 1) return;
    this.greens++;
    for (const [number, other] of this.states) {
      if (number === phase.number || other.code === 11) continue;
      const { ring, barrier } = this.phases.get(number)!;
      if (ring === phase.ring) this.breaches.push(`${name}: green beside ${number} of its ring`);
      if (barrier !== phase.barrier) this.breaches.push(`${name}: green across the barrier from ${number}`);
    }
  }

  private walk(phase: Phase, code: number, at: number): void {
    const name = `crossing ${phase.number} at ${(at - start) / 1000} s`;
    const walk = this.walks.get(phase.number);
    const lasted = walk === undefined ? 0 : (at - walk.since) / 1000;
    const { walkSeconds, clearanceSeconds } = phase.pedestrian!;
    if (code === 21 && this.states.get(phase.number)?.code !== 1) this.breaches.push(`${name}: walk on red`);
    if (code === 22 && lasted < walkSeconds) this.breaches.push(`${name}: walk for ${lasted} s`);
    if (code === 23 && lasted < clearanceSeconds) this.breaches.push(`${name}: clearance for ${lasted} s`);
    if (code === 23) this.walks.delete(phase.number);
    else this.walks.set(phase.number, { code, since: at });
  }
}

/** A legal plan, drawn at random. */
function drawPlan({ phases }: Intersection, seed: number): Plan {
  const random = createRandom(seed, 'plans');
  const splits = new Map(phases.map((p) => [p.number, Math.ceil(leastSplitSeconds(p)) + random.integer(25)]));
  let cycleSeconds = 0;
  for (const barrier of [1, 2]) {
    const rings = [1, 2].map((ring) => phases.filter((p) => p.barrier === barrier && p.ring === ring));
    const lengths = rings.map((ring) => ring.reduce((sum, { number }) => sum + splits.get(number)!, 0));
    const length = Math.max(...lengths);
    rings.forEach((ring, i) => {
      const last = ring.at(-1)!.number;
      splits.set(last, splits.get(last)! + length - lengths[i]!);
    });
    cycleSeconds += length;
  }
  const offsetSeconds = random.integer(cycleSeconds);
  return {
    id: `plan-${seed}`,
    cycleSeconds,
    offsetSeconds,
    splits: [...splits].map(([phase, seconds]) => ({ phase, seconds })),
  };
}

function run(
  seconds: number,
  each: (signals: Signals, now: number) => void,
  hear: (e: SignalEvents) => void,
): Signals {
  const signals = new Signals(network, compileRoads(network), start);
  for (let i = 0; i < seconds; i++) {
    const now = start + i * 1000;
    each(signals, now);
    signals.step(now);
    for (const said of signals.report(now, () => [])) hear(said);
  }
  return signals;
}

const first = network.intersections.get('I11')!;

describe('controllers', () => {
  it('never break a rule of rings and barriers, whatever plans they are given in whatever second', () => {
    const random = createRandom(5, 'when');
    const monitors = new Map([...network.intersections].map(([id, i]) => [id, new Monitor(i)]));
    let given = 0;
    run(
      3 * 3600,
      (signals, now) => {
        if (!random.chance(0.01)) return;
        const intersection = random.pick([...network.intersections.values()]);
        const plan = drawPlan(intersection, given++);
        expect(faultOf(intersection.phases, plan)).toBeUndefined();
        expect(signals.applyPlan(intersection.id, plan, now)).toBeUndefined();
      },
      (said) => monitors.get(said.intersection)!.hear(said),
    );
    expect(given).toBeGreaterThan(50);
    for (const monitor of monitors.values()) {
      expect(monitor.breaches).toEqual([]);
      expect(monitor.greens).toBeGreaterThan(400);
    }
  });

  it('take a plan at the start of a cycle, say so, and reach its offset', () => {
    const plan = { ...first.plan, id: 'shifted', offsetSeconds: 37 };
    const changes: number[] = [];
    const greens: number[] = [];
    const signals = run(
      1800,
      (s, now) => {
        if (now === start + 100_000) expect(s.applyPlan('I11', plan, now)).toBeUndefined();
        if (now === start + 101_000) expect(s.planInForce('I11')?.id).toBe('default');
      },
      ({ intersection, at, events }) => {
        if (intersection !== 'I11') return;
        events.code.forEach((code, i) => {
          if (code === 131) changes.push((at - start) / 1000);
          if (code === 1 && events.parameter[i] === 1) greens.push(at / 1000);
        });
      },
    );
    expect(signals.planInForce('I11')?.id).toBe('shifted');
    expect(changes).toHaveLength(1);
    expect((greens.at(-1)! % 86_400) % 90).toBe(37);
    // Stretched by a fifth at most.
    greens.slice(1).forEach((at, i) => {
      expect(at - greens[i]!).toBeGreaterThanOrEqual(90);
      expect(at - greens[i]!).toBeLessThanOrEqual(108);
    });
  });

  it('refuse a plan that is not legal, and go on', () => {
    const signals = run(
      300,
      (s, now) => {
        if (now !== start + 10_000) return;
        expect(s.applyPlan('I11', { ...first.plan, id: 'wrong', cycleSeconds: 60 }, now)).toContain(
          'cycle of 60 s',
        );
        expect(s.applyPlan('nowhere', first.plan, now)).toContain('no intersection');
      },
      () => undefined,
    );
    expect(signals.planInForce('I11')?.id).toBe('default');
  });

  it('say something at least every ten seconds, in unbroken sequence', () => {
    const heard = new Map<string, SignalEvents[]>();
    run(
      600,
      () => undefined,
      (said) => heard.set(said.intersection, [...(heard.get(said.intersection) ?? []), said]),
    );
    for (const list of heard.values())
      list.slice(1).forEach((said, i) => {
        expect(said.sequence).toBe(list[i]!.sequence + 1);
        expect(said.at - list[i]!.at).toBeLessThanOrEqual(10_000);
      });
  });
});
