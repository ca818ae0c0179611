/** What a city's screens and drivers ask for, and how often. */
import type { Network } from '#domain/network.ts';
import { createRandom, type Random } from '#simulators/random.ts';

export interface Asked {
  readonly what: string;
  /** Of a hundred requests. */
  readonly share: number;
  /** All paths of the kind, taken in turn. */
  readonly paths: readonly string[];
}

/** Drivers look for a space near a place that is never quite the same; screens show the whole city. */
const places = 200;
const radiusMeters = 800;

export function requestsOf({ facilities, links }: Network, seed: number): readonly Asked[] {
  const random = createRandom(seed, 'requests');
  const near = (): string => {
    const { position } = random.pick([...facilities.values()]);
    const [longitude, latitude] = position.map((degrees) => degrees + random.between(-0.004, 0.004));
    const place = `longitude=${longitude!.toFixed(5)}&latitude=${latitude!.toFixed(5)}`;
    return `/v1/parking/near?${place}&radiusMeters=${radiusMeters}`;
  };
  return [
    { what: 'car parks near a place', share: 35, paths: Array.from({ length: places }, near) },
    { what: 'one link', share: 25, paths: [...links.keys()].map((link) => `/v1/links/${link}`) },
    { what: 'open incidents', share: 15, paths: ['/v1/incidents'] },
    { what: 'one car park', share: 10, paths: [...facilities.keys()].map((id) => `/v1/parking/${id}`) },
    { what: 'all links', share: 5, paths: ['/v1/links'] },
    { what: 'all car parks', share: 5, paths: ['/v1/parking'] },
    { what: 'vital signs', share: 5, paths: ['/v1/summary'] },
  ];
}

/** Paths in an order of chance, each kind as often as its share says. */
export function mixed(asked: readonly Asked[], count: number, random: Random): string[] {
  const drawn = asked.flatMap(({ share, paths }) =>
    Array.from({ length: Math.round((count * share) / 100) }, () => random.pick(paths)),
  );
  for (let i = drawn.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [drawn[i], drawn[j]] = [drawn[j]!, drawn[i]!];
  }
  return drawn;
}
