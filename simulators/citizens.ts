import type { Network } from '#domain/network.ts';
import { type EventTime, seconds } from '#domain/time.ts';
import type { CitizenReport, ReportCategory } from '#schemas/generated/citizen.report.v1.ts';
import type { IncidentKind } from '#schemas/generated/incident.v1.ts';
import { createRandom, type Random, type RandomState } from './random.ts';
import type { IncidentTruth } from './truth.ts';

type Words = readonly [category: ReportCategory, text: string];

/** What people say of each kind; kinds that nobody reports are left out. */
const wordsOf: Partial<Record<IncidentKind, readonly Words[]>> = {
  stoppedVehicle: [
    ['accident', 'Two cars have collided, one lane is blocked.'],
    ['obstacle', 'A car has broken down and blocks a lane.'],
  ],
  illegalParking: [['parking', 'A van is parked where everybody has to drive around it.']],
  debris: [['obstacle', 'There are boxes on the road.']],
  pedestrianOnRoad: [['other', 'Somebody is walking on the carriageway.']],
  smoke: [['other', 'Smoke over the road.']],
  flooding: [['flooding', 'The road is under water, cars are turning round.']],
};

const unrelated: readonly Words[] = [
  ['roadDamage', 'A deep hole in the road since last week.'],
  ['parking', 'Somebody parks in front of my garage.'],
  ['signalFault', 'The lamp for pedestrians has been dark since yesterday.'],
  ['other', 'Too much noise from lorries at night.'],
];

const reportedShare = 0.55;
const meanDelaySeconds = 170;
const meanSecondsBetweenUnrelated = 1500;
/** How far off people place what they saw, degrees (about 25 m). */
const placeNoiseDegrees = 0.00022;

export interface SavedCitizens {
  readonly random: RandomState;
  readonly waiting: readonly CitizenReport[];
  readonly reports: number;
  readonly nextUnrelatedAt: EventTime;
}

/** Citizens who report some of what truly happens, later and less exactly, and some other things. */
export class Citizens {
  private readonly network: Network;
  private readonly random: Random;
  private waiting: CitizenReport[] = [];
  private reports = 0;
  private nextUnrelatedAt: EventTime;

  constructor(network: Network, seed: number, startAt: EventTime) {
    this.network = network;
    this.random = createRandom(seed, 'citizens');
    this.nextUnrelatedAt = startAt + seconds(this.random.exponential(meanSecondsBetweenUnrelated));
  }

  /** Lets people see an incident that is known to the truth. */
  see({ what, district, position, start, end }: IncidentTruth): void {
    const words = wordsOf[what];
    if (words === undefined) return;
    for (let witness = 0; witness < 2; witness++) {
      if (!this.random.chance(reportedShare)) continue;
      const at = start + seconds(20 + this.random.exponential(meanDelaySeconds));
      if (at < end) this.add(this.random.pick(words), district, position, at);
    }
  }

  /** The reports made up to `now`. */
  step(now: EventTime): CitizenReport[] {
    const nodes = [...this.network.intersections.values()];
    if (this.nextUnrelatedAt <= now && nodes.length > 0) {
      const { district, position } = this.random.pick(nodes);
      this.add(this.random.pick(unrelated), district, position, this.nextUnrelatedAt);
      this.nextUnrelatedAt += seconds(this.random.exponential(meanSecondsBetweenUnrelated));
    }
    const due = this.waiting.filter(({ at }) => at <= now);
    this.waiting = this.waiting.filter(({ at }) => at > now);
    return due;
  }

  save(): SavedCitizens {
    const { waiting, reports, nextUnrelatedAt } = this;
    return { random: this.random.save(), waiting: [...waiting], reports, nextUnrelatedAt };
  }

  restore(saved: SavedCitizens): void {
    this.random.restore(saved.random);
    this.waiting = [...saved.waiting];
    this.reports = saved.reports;
    this.nextUnrelatedAt = saved.nextUnrelatedAt;
  }

  private add(
    [category, text]: Words,
    district: string,
    [longitude, latitude]: readonly [number, number],
    at: EventTime,
  ): void {
    const sequence = this.reports++;
    this.waiting.push({
      district,
      report: `report-${at}-${sequence}`,
      sequence,
      at,
      category,
      text,
      longitude: longitude + placeNoiseDegrees * this.random.gaussian(),
      latitude: latitude + placeNoiseDegrees * this.random.gaussian(),
    });
  }
}
