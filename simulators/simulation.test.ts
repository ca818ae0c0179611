import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minutes } from '#domain/time.ts';
import type { DetectorFrame } from '#schemas/generated/detector.frame.v1.ts';
import { isRejection } from '#schemas/rejection.ts';
import { decodeRecord, encodeRecord, type Topic } from '#schemas/topic.ts';
import type { Fault } from './faults.ts';
import { createSimulation, type Emission, type Simulation, type SimulationOptions } from './simulation.ts';
import { createTestNetwork } from './test-network.ts';
import type { IncidentTruth, LinkTruth, ParkingTruth, TruthRecord } from './truth.ts';

const startAt = Date.parse('2026-03-03T07:30:00+01:00');
const network = createTestNetwork();

const create = (more: Partial<SimulationOptions> = {}): Simulation =>
  createSimulation({ network, seed: 7, startAt, warmUpSeconds: 300, intensity: 0.8, ...more });

const run = (simulation: Simulation, seconds: number): Emission[] => {
  const emissions: Emission[] = [];
  for (let i = 0; i < seconds; i++) emissions.push(...simulation.advance());
  return emissions;
};

const bytesOf = ({ topic, event }: Emission): string =>
  `${topic.name} ${encodeRecord(topic as Topic<unknown>, event, 1).toString('base64')}`;

const framesOf = (emissions: readonly Emission[]): DetectorFrame[] =>
  emissions.flatMap(({ topic, event }) =>
    topic.name === 'detector.frame.v1' ? [event as DetectorFrame] : [],
  );

const truthOf = <Kind extends TruthRecord['kind']>(
  truth: readonly TruthRecord[],
  kind: Kind,
): Extract<TruthRecord, { kind: Kind }>[] =>
  truth.filter((t): t is Extract<TruthRecord, { kind: Kind }> => t.kind === kind);

describe('a simulation', () => {
  it('gives the same records and the same truth for the same seed, and others for another', () => {
    const [a, b, c] = [create(), create(), create({ seed: 8 })];
    const records = run(a, 180).map(bytesOf);
    expect(run(b, 180).map(bytesOf)).toEqual(records);
    expect(b.drainTruth()).toEqual(a.drainTruth());
    expect(run(c, 180).map(bytesOf)).not.toEqual(records);
  });

  it('goes on from a saved state as if it had never stopped', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 240 }), fc.boolean(), (stopAt, logsActuations) => {
        const whole = create({ logsActuations });
        run(whole, stopAt);
        const saved = JSON.parse(JSON.stringify(whole.save()));
        const ahead = run(whole, 150).map(bytesOf);
        const resumed = create({ logsActuations });
        resumed.restore(saved);
        expect(resumed.now).toBe(startAt + stopAt * 1000);
        expect(run(resumed, 150).map(bytesOf)).toEqual(ahead);
        expect(resumed.drainTruth()).toEqual(whole.drainTruth());
        expect(resumed.totals()).toEqual(whole.totals());
        expect(JSON.stringify(resumed.save())).toBe(JSON.stringify(whole.save()));
      }),
      { numRuns: 6 },
    );
  });

  it('gives only records that the wire can carry, with ids that the network knows', () => {
    for (const { topic, event } of run(create({ logsActuations: true }), 400)) {
      const bytes = encodeRecord(topic as Topic<unknown>, event, 1);
      const decoded = decodeRecord(topic as Topic<unknown>, bytes, 0, bytes.length);
      if (isRejection(decoded)) expect.fail(`${topic.name}: ${decoded.field} ${decoded.detail}`);
    }
  });

  it('loses and makes no vehicle', () => {
    const simulation = create();
    for (let minute = 0; minute < 10; minute++) {
      run(simulation, 60);
      const { generated, emerged, outside, inside, left, parked } = simulation.totals();
      expect(generated + emerged).toBe(outside + inside + left + parked);
    }
  });

  it('numbers the records of each source from 0 without a gap', () => {
    const numbers = new Map<string, Set<number>>();
    for (const { event } of run(create({ faults: [] }), 300)) {
      const { sequence } = event;
      const source =
        'cabinet' in event
          ? event.cabinet
          : 'camera' in event
            ? event.camera
            : 'intersection' in event
              ? event.intersection
              : 'facility' in event
                ? event.facility
                : 'station' in event
                  ? event.station
                  : 'citizens';
      numbers.set(source, (numbers.get(source) ?? new Set()).add(sequence));
    }
    expect(numbers.size).toBeGreaterThan(15);
    // The last ones may still be underway.
    for (const [source, seen] of numbers)
      expect([source, Math.max(...seen) + 1 - seen.size]).toEqual([source, expect.toSatisfy((n) => n <= 2)]);
  });
});

describe('the truth', () => {
  const simulation = create({ faults: [], intensity: 1 });
  run(simulation, 15 * 60);
  const truth = simulation.drainTruth();

  it('tells every link and car park of every minute once', () => {
    const minutesOf = new Set(truthOf(truth, 'link').map(({ minute }) => minute));
    expect(minutesOf.size).toBe(15);
    expect(truthOf(truth, 'link')).toHaveLength(15 * network.links.size);
    expect(truthOf(truth, 'parking')).toHaveLength(15 * network.facilities.size);
  });

  it('balances each link: what came in less what went out is what is inside', () => {
    const onlyPassing = [...network.links.keys()].filter(
      (link) => ![...network.facilities.values()].some((facility) => facility.link === link),
    );
    for (const link of onlyPassing) {
      const rows = truthOf(truth, 'link').filter((t: LinkTruth) => t.link === link);
      rows.slice(1).forEach((row, i) => {
        expect(row.inside - rows[i]!.inside).toBe(row.vehiclesIn - row.vehiclesOut);
      });
    }
  });

  it('has a speed at the detectors only where they stand at one place', () => {
    const rows = truthOf(truth, 'link');
    const placesOf = (link: string): Set<number> =>
      new Set([...network.detectors.values()].filter((d) => d.link === link).map((d) => d.toStopBarMeters));
    const measured = new Set(rows.filter((t) => t.spotHarmonicKph !== null).map((t) => t.link));
    expect(measured.size).toBeGreaterThan(0);
    for (const link of measured) expect(placesOf(link).size).toBe(1);
    expect([...network.links.keys()].some((link) => placesOf(link).size > 1)).toBe(true);
  });

  it('balances each car park: what drove in less what drove out is taken', () => {
    for (const facility of network.facilities.keys()) {
      const rows = truthOf(truth, 'parking').filter((t: ParkingTruth) => t.facility === facility);
      rows.slice(1).forEach((row, i) => {
        expect(row.occupiedSpaces - rows[i]!.occupiedSpaces).toBe(row.entries - row.exits);
        expect(row.occupiedSpaces).toBeLessThanOrEqual(row.capacitySpaces);
      });
    }
  });

  it('has, within ten minutes of the peak, congestion, an incident in view, a hazard and filling car parks', () => {
    const early = (t: IncidentTruth, m: number): boolean => t.start < startAt + minutes(m);
    const slow = truthOf(truth, 'link').filter(
      (t) => t.minute < startAt + minutes(10) && t.spaceMeanKph !== null && t.spaceMeanKph < 0.4 * 50,
    );
    expect(slow.length).toBeGreaterThan(10);
    const incidents = truthOf(truth, 'incident');
    expect(incidents.some((t) => t.what === 'stoppedVehicle' && t.isInView && early(t, 3))).toBe(true);
    expect(incidents.some((t) => t.what === 'flooding' && early(t, 10))).toBe(true);
    expect(incidents.some((t) => t.what === 'heavyRain' && early(t, 3))).toBe(true);
    const [first, last] = [truthOf(truth, 'parking')[0]!, truthOf(truth, 'parking').at(-2)!];
    expect(last.facility).toBe(first.facility);
    expect(last.occupiedSpaces).toBeGreaterThan(first.occupiedSpaces);
  });
});

describe('what arrives', () => {
  const during = { start: startAt, end: startAt + minutes(60) };
  const run5 = (faults: readonly Fault[]): DetectorFrame[] => framesOf(run(create({ faults }), 300));
  const cabinet = 'cabinet-I11';
  const detector = 'N01-N11-advance-2';
  const channel = network.detectors.get(detector)!.channel;

  const readings = (frames: readonly DetectorFrame[]): [number, number, number][] =>
    frames
      .filter((frame) => frame.cabinet === cabinet)
      .map(({ readings: r }) => {
        const row = r.detector.indexOf(channel);
        return [r.count[row]!, r.occupancyPermille[row]!, r.speedDecikph[row]!];
      });

  it('counts at the stop bar, with healthy detectors, what truly left the link', () => {
    const simulation = create({ faults: [] });
    const channels = [1, 2, 3].map((lane) => network.detectors.get(`N01-N11-stop-${lane}`)!.channel);
    const frames = new Map(
      framesOf(run(simulation, 310))
        .filter((frame) => frame.cabinet === cabinet && frame.at <= startAt + minutes(5))
        .map((frame) => [frame.sequence, frame.readings]),
    );
    let counted = 0;
    for (const { detector: ids, count } of frames.values())
      for (const id of channels) counted += count[ids.indexOf(id)]!;
    const left = truthOf(simulation.drainTruth(), 'link')
      .filter((t) => t.link === 'N01-N11')
      .reduce((sum, { vehiclesOut }) => sum + vehiclesOut, 0);
    expect(frames.size).toBe(15);
    expect(left).toBeGreaterThan(50);
    expect(counted).toBe(left);
  });

  it.each([
    ['dead', (r: [number, number, number]) => r.every((value) => value === -1)],
    [
      'stuckOn',
      ([count, occupancy, speed]: [number, number, number]) =>
        count === 0 && occupancy === 1000 && speed === -1,
    ],
    [
      'stuckOff',
      ([count, occupancy, speed]: [number, number, number]) => count === 0 && occupancy === 0 && speed === -1,
    ],
    ['chattering', ([count]: [number, number, number]) => count >= 40],
  ] as const)('shows a detector that is %s for as long as it is', (fault, looks) => {
    const end = startAt + minutes(3);
    const rows = readings(run5([{ fault, detector, start: startAt, end }]));
    expect(rows.length).toBeGreaterThan(12);
    rows.slice(0, 8).forEach((row) => {
      expect(looks(row)).toBe(true);
    });
    expect(rows.slice(9).some((row) => !looks(row))).toBe(true);
  });

  it('counts too many where a detector miscounts', () => {
    const sum = (faults: readonly Fault[]): number =>
      readings(run5(faults)).reduce((total, [count]) => total + count, 0);
    const percent = 100;
    expect(sum([{ fault: 'miscounting', detector, percent, ...during }])).toBe(2 * sum([]));
  });

  it('is nothing from a cabinet in an outage', () => {
    const frames = run5([{ fault: 'outage', cabinet, ...during }]);
    expect(frames.some((frame) => frame.cabinet === cabinet)).toBe(false);
    expect(frames.some((frame) => frame.cabinet === 'cabinet-I12')).toBe(true);
  });

  it('is late, twice or out of order where a cabinet has that fault', () => {
    const simulation = create({
      faults: [
        { fault: 'late', cabinet, delaySeconds: 120, ...during },
        { fault: 'duplicates', cabinet: 'cabinet-I12', ...during },
        { fault: 'outOfOrder', cabinet: 'cabinet-I21', ...during },
      ],
    });
    const delays: number[] = [];
    const frames: DetectorFrame[] = [];
    for (let i = 0; i < 1800; i++)
      for (const frame of framesOf(simulation.advance())) {
        frames.push(frame);
        if (frame.cabinet === cabinet) delays.push((simulation.now - frame.at) / 1000);
      }
    expect(Math.min(...delays)).toBeGreaterThan(30);
    expect(Math.max(...delays)).toBeGreaterThan(90);
    const of = (name: string) =>
      frames.filter((frame) => frame.cabinet === name).map(({ sequence }) => sequence);
    expect(new Set(of('cabinet-I12')).size).toBeLessThan(of('cabinet-I12').length * 0.85);
    const isSorted = (list: readonly number[]): boolean => list.every((n, i) => i === 0 || list[i - 1]! <= n);
    expect(isSorted(of('cabinet-I21'))).toBe(false);
    expect(isSorted(of('cabinet-B01'))).toBe(true);
  });

  it('bears the time of a skewed clock, and once of one that leapt', () => {
    const frames = run5([
      { fault: 'skew', cabinet, skewSeconds: 40, ...during },
      {
        fault: 'leap',
        cabinet: 'cabinet-I12',
        aheadSeconds: 86_400,
        start: startAt,
        end: startAt + minutes(1),
      },
    ]);
    const ats = frames.filter((frame) => frame.cabinet === cabinet).map(({ at }) => at);
    expect(Math.min(...ats)).toBe(startAt + 60_000);
    const leapt = frames.filter(
      (frame) => frame.cabinet === 'cabinet-I12' && frame.at > startAt + minutes(60),
    );
    expect(leapt).toHaveLength(2);
  });
});
