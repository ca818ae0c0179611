import type { Network } from '#domain/network.ts';
import type { DetectorFrame } from '#schemas/generated/detector.frame.v1.ts';
import { NameNumbers } from '#schemas/name-numbers.ts';
import { type Rejection, reject } from '#schemas/rejection.ts';

/** The cabinets of a network, by number: side by side, since each is looked at once a frame. */
interface Cabinets {
  readonly numbers: NameNumbers;
  readonly sites: readonly string[];
  /** Where the channels of each begin in `channels`, and behind the last where they end. */
  readonly begins: Int32Array;
  /** 1 where there is a detector. */
  readonly channels: Uint8Array;
}

/** Made once for each network: it is asked about every frame. */
const cabinetsOfNetwork = new WeakMap<Network, Cabinets>();

function cabinetsOf(network: Network): Cabinets {
  const known = cabinetsOfNetwork.get(network);
  if (known) return known;
  const found = new Map<string, { readonly site: string; readonly channels: number[] }>();
  for (const { cabinet, site, channel } of network.detectors.values()) {
    const before = found.get(cabinet);
    if (before) before.channels.push(channel);
    else found.set(cabinet, { site, channels: [channel] });
  }
  const begins = new Int32Array(found.size + 1);
  const all = [...found.values()];
  all.forEach(({ channels }, number) => {
    begins[number + 1] = (begins[number] as number) + Math.max(...channels) + 1;
  });
  const has = new Uint8Array(begins[found.size] as number);
  all.forEach(({ channels }, number) => {
    for (const channel of channels) has[(begins[number] as number) + channel] = 1;
  });
  const numbers = new NameNumbers(found.keys());
  const cabinets = { numbers, sites: all.map(({ site }) => site), begins, channels: has };
  cabinetsOfNetwork.set(network, cabinets);
  return cabinets;
}

/** Refuses a frame from a cabinet, for a site or with a channel that the network does not have. */
export function knownFrame(network: Network, frame: DetectorFrame): Rejection | undefined {
  const { numbers, sites, begins, channels } = cabinetsOf(network);
  const number = numbers.find(frame.cabinet);
  if (number < 0)
    return reject(
      'reference.unknown',
      'cabinet',
      `${frame.cabinet}; a cabinet of the detector table would be right`,
    );
  if (sites[number] !== frame.site)
    return reject(
      'reference.unknown',
      'site',
      `${frame.site}; ${sites[number]} would be right for ${frame.cabinet}`,
    );
  const { detector, length } = frame.readings;
  const begin = begins[number] as number;
  const count = (begins[number + 1] as number) - begin;
  for (let i = 0; i < length; i++)
    if ((detector[i] as number) >= count || channels[begin + (detector[i] as number)] !== 1)
      return reject(
        'reference.unknown',
        `readings[${i}].detector`,
        `channel ${detector[i]}; a channel of cabinet ${frame.cabinet} would be right`,
      );
  return undefined;
}
