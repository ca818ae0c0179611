import { describe, expect, it } from 'vitest';
import type { Plan } from '#domain/network.ts';
import { minutes, seconds } from '#domain/time.ts';
import type { SignalRecommendation } from '#schemas/generated/signal.recommendation.v1.ts';
import { ControllerClient, type ControllersInStreet } from './controller.ts';
import { createTestNetwork } from './test-network.ts';

const network = createTestNetwork();
const start = 1_772_519_400_000;
const { plan } = network.intersections.get('I11')!;

const recommend = (id: string, more: Partial<SignalRecommendation> = {}): SignalRecommendation => {
  const { cycleSeconds, offsetSeconds, splits } = plan;
  const timing = { cycleSeconds, offsetSeconds, splits };
  return {
    district: 'D1',
    intersection: 'I11',
    recommendation: id,
    at: start,
    expiresAt: start + minutes(10),
    nonce: `nonce of ${id}`,
    plan: timing,
    previous: timing,
    constraints: [],
    evidence: { windowStart: start - minutes(15), windowEnd: start, windows: 15, quality: 'observed' },
    currentDelayDeciseconds: 400,
    predictedDelayDeciseconds: 300,
    benefitLowDeciseconds: 20,
    benefitHighDeciseconds: 150,
    reason: 'An example.',
    signature: '',
    ...more,
  };
};

/** Controllers that run a plan 20 s after they were told. */
class Street implements ControllersInStreet {
  private readonly given: { plan: Plan; at: number }[] = [];
  now = start;
  applyPlan(_: string, given: Plan, at: number): string | undefined {
    if (given.cycleSeconds > 200) return 'too long';
    this.given.push({ plan: given, at });
    return undefined;
  }
  planInForce(): Plan {
    return this.given.filter(({ at }) => at + 20_000 <= this.now).at(-1)?.plan ?? plan;
  }
}

/** Runs second by second; what was said as `<second> <recommendation> <status>`. */
function hear(
  client: ControllerClient,
  given: readonly (readonly [number, SignalRecommendation])[],
): string[] {
  const street = new Street();
  const said: string[] = [];
  for (let second = 0; second <= 900; second++) {
    street.now = start + seconds(second);
    for (const [at, recommendation] of given) if (at === second) client.receive(recommendation, street.now);
    for (const { recommendation, status, reason } of client.advance(street.now, street))
      said.push(`${second} ${recommendation} ${status}${reason === null ? '' : `: ${reason}`}`);
  }
  return said;
}

describe('the client at the controllers', () => {
  it('accepts after 15 to 40 seconds and says applied once the controller runs the plan', () => {
    const said = hear(new ControllerClient(network, 1), [[0, recommend('a')]]);
    const [accepted, applied] = said.map((line) => Number(line.split(' ')[0]));
    expect(said.map((line) => line.replace(/^\d+ /, ''))).toEqual(['a accepted', 'a applied']);
    expect(accepted).toBeGreaterThanOrEqual(15);
    expect(accepted).toBeLessThanOrEqual(40);
    expect(applied).toBe(accepted! + 20);
  });

  it('ignores a repeat, by id or by nonce', () => {
    const again = recommend('b', { nonce: 'nonce of a' });
    const said = hear(new ControllerClient(network, 1), [
      [0, recommend('a')],
      [3, recommend('a')],
      [200, recommend('a')],
      [300, again],
    ]);
    expect(said).toHaveLength(2);
  });

  it('rejects what has expired, what the controller refuses, and what does not prove itself', () => {
    const unmet = {
      name: 'minimumGreen',
      phase: 2,
      value: 3,
      relation: 'atLeast',
      bound: 8,
      unit: 's',
      met: false,
    } as const;
    const said = hear(new ControllerClient(network, 1), [
      [0, recommend('old', { expiresAt: start + seconds(5) })],
      [100, recommend('long', { at: start + 1, plan: { ...plan, cycleSeconds: 300 } })],
      [200, recommend('unsafe', { at: start + 2, constraints: [unmet] })],
      [300, recommend('nowhere', { at: start + 3, intersection: 'X' })],
    ]);
    expect(said.map((line) => line.replace(/^\d+ /, ''))).toEqual([
      'old rejected: expired before it was decided',
      'long rejected: too long',
      'unsafe rejected: the condition minimumGreen is not met',
      'nowhere rejected: there is no intersection X',
    ]);
  });

  it('drops an undecided recommendation for a newer one', () => {
    const said = hear(new ControllerClient(network, 1), [
      [0, recommend('a')],
      [5, recommend('b', { at: start + 5000 })],
    ]);
    expect(said.map((line) => line.replace(/^\d+ /, ''))).toEqual([
      'a superseded',
      'b accepted',
      'b applied',
    ]);
  });

  it('goes on from a saved state', () => {
    const client = new ControllerClient(network, 1);
    client.receive(recommend('a'), start);
    const other = new ControllerClient(network, 9);
    other.restore(JSON.parse(JSON.stringify(client.save())));
    expect(hear(other, [[1, recommend('a')]])).toEqual(hear(client, []));
  });
});
