import type { Network } from '#domain/network.ts';
import type { DetectorFrame } from '#schemas/generated/detector.frame.v1.ts';
import { NameIndex } from '#schemas/name-index.ts';
import { type Rejection, reject } from '#schemas/rejection.ts';

interface Cabinet {
  readonly site: string;
  /** By channel, 1 where there is a detector. */
  readonly channels: Uint8Array;
}

/** Made once for each network: it is asked about every frame. */
const cabinetsOfNetwork = new WeakMap<Network, NameIndex<Cabinet>>();

function cabinetsOf(network: Network): NameIndex<Cabinet> {
  const known = cabinetsOfNetwork.get(network);
  if (known) return known;
  const channelsOf = new Map<string, { readonly site: string; readonly channels: number[] }>();
  for (const { cabinet, site, channel } of network.detectors.values()) {
    const before = channelsOf.get(cabinet);
    if (before) before.channels.push(channel);
    else channelsOf.set(cabinet, { site, channels: [channel] });
  }
  const cabinets = new Map<string, Cabinet>();
  for (const [cabinet, { site, channels }] of channelsOf) {
    const has = new Uint8Array(Math.max(...channels) + 1);
    for (const channel of channels) has[channel] = 1;
    cabinets.set(cabinet, { site, channels: has });
  }
  const index = new NameIndex(cabinets);
  cabinetsOfNetwork.set(network, index);
  return index;
}

/** Refuses a frame from a cabinet, for a site or with a channel that the network does not have. */
export function knownFrame(network: Network, frame: DetectorFrame): Rejection | undefined {
  const cabinet = cabinetsOf(network).find(frame.cabinet);
  if (!cabinet)
    return reject(
      'reference.unknown',
      'cabinet',
      `${frame.cabinet}; a cabinet of the detector table would be right`,
    );
  if (cabinet.site !== frame.site)
    return reject(
      'reference.unknown',
      'site',
      `${frame.site}; ${cabinet.site} would be right for ${frame.cabinet}`,
    );
  const { detector, length } = frame.readings;
  for (let i = 0; i < length; i++)
    if (cabinet.channels[detector[i] as number] !== 1)
      return reject(
        'reference.unknown',
        `readings[${i}].detector`,
        `channel ${detector[i]}; a channel of cabinet ${frame.cabinet} would be right`,
      );
  return undefined;
}
