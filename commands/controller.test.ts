import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestCity, eight, recommendation, type TestCity } from '#api/city-fixture.ts';
import { seconds } from '#domain/time.ts';
import type { SignalRecommendation } from '#schemas/generated/signal.recommendation.v1.ts';
import type { SignalStage } from '#schemas/generated/signal.stage.v1.ts';
import { signalRecommendations, signalStages } from '#schemas/topics.ts';
import { type ClientOptions, type Plan, referenceController } from '#simulators/reference-controller.ts';

describe('the reference client of a controller', () => {
  let city: TestCity;
  let stop: AbortController;
  let running: Promise<void>;
  let plans: Plan[];
  let calls: (readonly number[])[];
  let notes: string[];
  let refusal: string | undefined;

  beforeEach(async () => {
    city = await createTestCity();
    await city.app.listen({ host: '127.0.0.1', port: 0 });
    stop = new AbortController();
    [plans, calls, notes, refusal] = [[], [], [], undefined];
    running = Promise.resolve();
  });
  afterEach(async () => {
    stop.abort();
    await running;
    await city.app.close();
  });

  function start(different: Partial<ClientOptions> = {}): void {
    running = referenceController({
      url: `http://127.0.0.1:${(city.app.server.address() as AddressInfo).port}`,
      intersection: 'I1',
      cabinet: {
        async run(plan) {
          if (refusal !== undefined) throw new Error(refusal);
          plans.push(plan);
        },
        async call(phases) {
          calls.push(phases);
        },
      },
      key: 'key of the tests',
      accepts: true,
      stages: false,
      signal: stop.signal,
      note: (line) => notes.push(line),
      ...different,
    });
  }

  const issue = (different: Partial<SignalRecommendation> = {}) =>
    city.append(signalRecommendations, recommendation(different));
  const stateOf = async (id = 'R1') => (await city.app.inject(`/v1/recommendations/${id}`)).json();
  const becomes = (status: string, id?: string) =>
    expect.poll(async () => (await stateOf(id)).status, { timeout: 10_000 }).toBe(status);

  it('accepts what is right, has it run, and says so', async () => {
    start();
    await issue();
    await becomes('applied');
    expect(plans).toEqual([{ cycleSeconds: 80, offsetSeconds: 5, splits: [{ phase: 2, seconds: 80 }] }]);
    const { acknowledgements } = await stateOf();
    expect(acknowledgements).toMatchObject([
      { status: 'accepted', by: 'controller I1' },
      { status: 'applied', by: 'controller I1' },
    ]);
    await issue({ recommendation: 'R2', nonce: 'n2', at: eight });
    await becomes('applied', 'R2');
  });

  it('waits for an engineer unless it may accept by itself', async () => {
    start({ accepts: false });
    await issue();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await stateOf()).toMatchObject({ status: 'issued' });
    const payload = { by: 'duty-engineer' };
    await city.app.inject({ method: 'POST', url: '/v1/recommendations/R1/accept', payload });
    await becomes('applied');
    expect(plans).toHaveLength(1);
  });

  it.each([
    ['a condition that is said to be met and is not', { value: 9 }, 'minimumGreen is not met: 9, bound 10'],
    ['a condition that is not met', { met: false }, 'minimumGreen is not met'],
  ])('refuses %s', async (_what, different, reason) => {
    start();
    const constraints = recommendation().constraints.map((one) => ({ ...one, ...different }));
    await issue({ constraints });
    await becomes('rejected');
    expect((await stateOf()).acknowledgements[0].reason).toContain(reason);
    expect(plans).toEqual([]);
  });

  it('refuses a signature that is not that of its key', async () => {
    start({ key: 'another key' });
    await issue();
    await becomes('rejected');
    expect((await stateOf()).acknowledgements[0].reason).toContain('signature');
  });

  it('refuses a nonce that comes again', async () => {
    start();
    await issue();
    await becomes('applied');
    await issue({ recommendation: 'R2', at: eight });
    await becomes('rejected', 'R2');
    expect((await stateOf('R2')).acknowledgements[0].reason).toContain('nonce n1');
  });

  it('takes back what its controller will not run, with the reason', async () => {
    refusal = 'in flash';
    start();
    await issue();
    await becomes('withdrawn');
    expect((await stateOf()).acknowledgements.at(-1).reason).toBe('the controller refuses: in flash');
  });

  it('goes on when nobody answers for a while', async () => {
    start({ url: 'http://127.0.0.1:9' });
    await expect.poll(() => notes.length).toBeGreaterThan(0);
    expect(notes[0]).toContain('again in 1 s');
    expect(plans).toEqual([]);
  });

  it('ends when it asks for what is not there', async () => {
    start({ intersection: 'I9' });
    await expect(running).rejects.toThrow('404, ');
    running = Promise.resolve();
    expect(notes).toEqual([]);
  });

  it('calls the phases of a stage when it is time, once', async () => {
    start({ stages: true });
    const stage: SignalStage = {
      ...{ district: 'D1', intersection: 'I1', advice: 'I1.1', nonce: 'I1.1', at: eight, statusAt: eight },
      ...{ callAt: eight + seconds(1), expiresAt: eight + seconds(60), phases: [4, 8], previous: [2, 6] },
      constraints: recommendation().constraints,
      ...{ waitingVehicles: 9, servedVehicles: 7, longestWaitSeconds: 41, reason: '', signature: '' },
    };
    await city.happen(signalStages, 'stage', stage);
    await expect.poll(() => calls, { timeout: 5_000 }).toEqual([[4, 8]]);
    await city.happen(signalStages, 'stage', { ...stage, advice: 'I1.2', at: eight + 1 });
    await expect.poll(() => notes.join(), { timeout: 5_000 }).toContain('nonce I1.1 was used before');
    expect(calls).toHaveLength(1);
  });
});
