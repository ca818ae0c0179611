import type { CabinetId, DetectorId, Network } from '#domain/network.ts';
import { type EventTime, minutes, seconds } from '#domain/time.ts';
import { createRandom, type Random } from './random.ts';

interface Lasting {
  readonly start: EventTime;
  /** Exclusive. */
  readonly end: EventTime;
}

/** A way in which a detector or a cabinet lies, is silent or is not on time. */
export type Fault = Lasting &
  (
    | {
        /** `dead` answers with nothing, `stuckOn` with a standing vehicle, `stuckOff` with an empty road. */
        readonly fault: 'dead' | 'stuckOn' | 'stuckOff' | 'chattering';
        readonly detector: DetectorId;
      }
    | {
        readonly fault: 'miscounting';
        readonly detector: DetectorId;
        /** Counted over true, less 100; negative counts too few. */
        readonly percent: number;
      }
    | {
        /** `outage` sends nothing, `duplicates` sends again, `outOfOrder` delays by up to 45 s at random. */
        readonly fault: 'outage' | 'duplicates' | 'outOfOrder';
        readonly cabinet: CabinetId;
      }
    | { readonly fault: 'late'; readonly cabinet: CabinetId; readonly delaySeconds: number }
    | { readonly fault: 'skew'; readonly cabinet: CabinetId; readonly skewSeconds: number }
    | {
        /** Each frame in the interval claims a time far ahead. */
        readonly fault: 'leap';
        readonly cabinet: CabinetId;
        readonly aheadSeconds: number;
      }
  );

/** Faults of an ordinary day in a city that is not maintained too well: some lasting, some passing, for 24 hours. */
export function planFaults(network: Network, seed: number, startAt: EventTime): Fault[] {
  const random = createRandom(seed, 'faults');
  const faults = lastingFaults(network, random, startAt);
  for (let block = 0; block < 12; block++)
    faults.push(...passingFaults(network, random, startAt + block * minutes(120)));
  return faults;
}

function lastingFaults(network: Network, random: Random, startAt: EventTime): Fault[] {
  const detectors = [...network.detectors.keys()];
  const whole = { start: startAt, end: startAt + minutes(24 * 60) };
  const share = Math.max(1, Math.round(detectors.length * 0.01));
  const faults: Fault[] = [];
  for (let i = 0; i < share && detectors.length > 0; i++) {
    faults.push({ fault: 'dead', detector: drawFrom(detectors, random), ...whole });
    if (detectors.length > 0)
      faults.push({
        fault: 'miscounting',
        detector: drawFrom(detectors, random),
        percent: random.chance(0.5) ? 20 : -15,
        ...whole,
      });
  }
  return faults;
}

function passingFaults(network: Network, random: Random, from: EventTime): Fault[] {
  const detectors = [...network.detectors.keys()];
  const cabinets = [...new Set([...network.detectors.values()].map(({ cabinet }) => cabinet))];
  const lasting = (): Lasting => {
    const start = from + seconds(random.integer(45 * 60));
    return { start, end: start + minutes(10 + random.integer(35)) };
  };
  const faults: Fault[] = [];
  for (const fault of ['dead', 'stuckOn', 'stuckOff', 'chattering'] as const)
    if (detectors.length > 0) faults.push({ fault, detector: drawFrom(detectors, random), ...lasting() });
  for (const fault of ['outage', 'duplicates', 'outOfOrder'] as const)
    if (cabinets.length > 0) faults.push({ fault, cabinet: drawFrom(cabinets, random), ...lasting() });
  if (cabinets.length > 0)
    faults.push({ fault: 'late', cabinet: drawFrom(cabinets, random), delaySeconds: 150, ...lasting() });
  if (cabinets.length > 0)
    faults.push({ fault: 'skew', cabinet: drawFrom(cabinets, random), skewSeconds: 40, ...lasting() });
  if (cabinets.length > 0) {
    const { start } = lasting();
    const cabinet = drawFrom(cabinets, random);
    faults.push({ fault: 'leap', cabinet, aheadSeconds: 3 * 86_400, start, end: start + minutes(1) });
  }
  return faults;
}

/** Takes one item out of the list, so that no other fault has it too. */
function drawFrom<Item>(items: Item[], random: Random): Item {
  const [item] = items.splice(random.integer(items.length), 1);
  if (item === undefined) throw new Error('drawn from an empty list');
  return item;
}
