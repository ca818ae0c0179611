/** What the invented city reports at a given minute: plausible, seeded, in the shapes of /v1. */

import {
  createChance,
  type FixtureLink,
  type fixtureFacilities,
  fixtureLinks,
  type Json,
} from './dashboard-city.ts';

export const minute = 60_000;
/** RFC 3339, UTC. */
export const iso = (at: number) => new Date(at).toISOString();
/** Rounded to some digits. */
export const round = (value: number, digits = 0) => Math.round(value * 10 ** digits) / 10 ** digits;

/** One decision a minute for each thing, so that a picture taken twice is the same. */
export const noise = (seed: number, at: number) =>
  createChance(seed * 7919 + Math.floor(at / minute))() - 0.5;
/** A seed from an id. */
export const seedOf = (id: string) => [...id].reduce((sum, c) => sum * 31 + c.charCodeAt(0), 7) % 100_003;

const levelOf = (ratio: number) => {
  const bounds = [0.8, 0.67, 0.5, 0.4, 0.3];
  return 'ABCDEF'[bounds.filter((bound) => ratio <= bound).length]!;
};

function qualityOf(link: FixtureLink): string {
  const draw = createChance(seedOf(link.link))();
  if (draw < 0.05) return 'missing';
  if (draw < 0.13) return 'imputed';
  return draw < 0.16 ? 'stale' : 'observed';
}

function trafficOf(link: FixtureLink, at: number) {
  const rise = 0.86 + 0.14 * Math.sin((((at / minute + 100) % 240) / 240) * 2 * Math.PI);
  const load = Math.min(1.08, Math.max(0.03, link.load * rise + noise(seedOf(link.link), at) * 0.09));
  const ratio = Math.max(0.16, 1 - 0.26 * load - 0.4 * load ** 4);
  const speedKph = link.freeFlowKph * ratio;
  const flowVph = link.lanes * 880 * Math.min(1, load * 1.15) * (load > 0.95 ? 0.85 : 1);
  return { load, ratio, speedKph, flowVph };
}

/** The newest state of one link. */
export function linkState(link: FixtureLink, now: number): Json {
  const start = Math.floor(now / minute) * minute - minute;
  const quality = qualityOf(link);
  const base = {
    link: link.link,
    name: link.name,
    district: link.district,
    windowSeconds: 60,
    revision: 0,
    quality,
  };
  if (quality === 'missing')
    return {
      ...base,
      windowStart: iso(start),
      vehicles: null,
      flowVph: null,
      occupancyPercent: null,
      speedKph: null,
      delaySeconds: null,
      travelTimeIndex: null,
      levelOfService: null,
      samples: 0,
      expectedSamples: 24,
      ageSeconds: null,
    };
  const { load, ratio, speedKph, flowVph } = trafficOf(link, start);
  const windowStart = quality === 'stale' ? start - 7 * minute : start;
  return {
    ...base,
    windowStart: iso(windowStart),
    vehicles: Math.round(flowVph / 60),
    flowVph: Math.round(flowVph),
    occupancyPercent: round(load * 34, 1),
    speedKph: round(speedKph, 1),
    delaySeconds: round((link.lengthMeters / 1000) * 3600 * (1 / speedKph - 1 / link.freeFlowKph), 1),
    travelTimeIndex: round(1 / ratio, 2),
    levelOfService: levelOf(ratio),
    samples: quality === 'observed' ? 24 : 9,
    expectedSamples: 24,
    ageSeconds: Math.round((now - windowStart) / 1000 - 60),
  };
}

export const linkHistory = (link: FixtureLink, now: number): Json[] =>
  Array.from({ length: 180 }, (_, i) => {
    const start = Math.floor(now / minute) * minute - (180 - i) * minute;
    const { speedKph, flowVph } = trafficOf(link, start);
    const isGap = i > 60 && i < 72;
    const isImputed = i > 100 && i < 108;
    return {
      start: iso(start),
      quality: isGap ? 'missing' : isImputed ? 'imputed' : 'observed',
      speedKph: isGap ? null : round(speedKph, 1),
      flowVph: isGap ? null : Math.round(flowVph),
    };
  });

export const linkForecast = (link: FixtureLink, now: number): Json[] =>
  [15, 30, 60].map((horizonMinutes) => {
    const target = Math.floor(now / minute) * minute + horizonMinutes * minute;
    const { speedKph } = trafficOf(link, target);
    const spread = 2.5 + horizonMinutes * 0.12;
    return {
      link: link.link,
      issuedAt: iso(now - 40_000),
      target: iso(target),
      horizonMinutes,
      speedKph: round(speedKph, 1),
      lowKph: round(Math.max(3, speedKph - spread), 1),
      highKph: round(speedKph + spread * 0.9, 1),
      level: 0.9,
      coverage: 0.912,
      model: 'profile',
      quality: 'forecast',
      ageSeconds: 40,
    };
  });

/** A car park now. */
export function parkingState(place: (typeof fixtureFacilities)[number], now: number): Json {
  const isMissing = place.facility === 'P10';
  const { capacitySpaces } = place;
  const share = Math.min(1, Math.max(0, place.fullness + noise(seedOf(place.facility), now) * 0.02));
  const occupied = place.fullness === 1 ? capacitySpaces : Math.round(capacitySpaces * share);
  const free = capacitySpaces - occupied;
  return {
    facility: place.facility,
    name: place.name,
    kind: place.kind,
    pricePerHour: 2.5,
    capacitySpaces,
    windowStart: iso(Math.floor(now / minute) * minute - minute),
    windowSeconds: 60,
    revision: 0,
    quality: isMissing ? 'missing' : 'observed',
    occupiedSpaces: isMissing ? null : occupied,
    freeSpaces: isMissing ? null : free,
    entries: isMissing ? null : 3,
    exits: isMissing ? null : 1,
    ageSeconds: isMissing ? null : 40,
    spaceProbability: isMissing ? null : round(Math.min(0.98, free / 40 + 0.05), 2),
  };
}

export const parkingHistory = (place: (typeof fixtureFacilities)[number], now: number): Json[] =>
  Array.from({ length: 180 }, (_, i) => {
    const at = Math.floor(now / minute) * minute - (180 - i) * minute;
    const free =
      place.capacitySpaces * (1 - place.fullness * (0.6 + 0.4 * Math.sin((i / 180) * Math.PI * 0.5)));
    return { start: iso(at), quality: 'observed', freeSpaces: Math.round(free + noise(i, 0) * 4) };
  });

/** Incidents of three families and severities. */
export function incidents(now: number): Json[] {
  const at = (link: number, kind: string, severity: string, minutes: number, text: string): Json => {
    const place = fixtureLinks[link]!;
    return {
      incident: `I-${kind}`,
      district: place.district,
      revision: 1,
      kind,
      status: minutes > 10 ? 'confirmed' : 'detected',
      severity,
      link: place.link,
      longitude: place.line[1]![0],
      latitude: place.line[1]![1],
      startedAt: iso(now - minutes * minute),
      detectedAt: iso(now - minutes * minute + 38_000),
      endedAt: null,
      updatedAt: iso(now - 30_000),
      confidence: 0.93,
      sources: ['camera C12', 'camera C13', 'station W4'],
      samples: 3,
      text,
      quality: 'observed',
      ageSeconds: 30,
    };
  };
  return [
    at(
      24,
      'accident',
      'severe',
      14,
      'Two vehicles stand across the left lane; the queue reaches back to the junction.',
    ),
    at(70, 'stoppedVehicle', 'moderate', 4, 'A vehicle has stood in the right lane for four minutes.'),
    at(5, 'flooding', 'minor', 31, '11 mm of water on the road; speeds have fallen by a third.'),
  ];
}

/** The vital signs. */
export const summary = (now: number, links: readonly Json[]): Json => ({
  asOf: iso(now),
  vehiclesPerMinute: links.reduce((sum, link) => sum + Number(link['vehicles'] ?? 0), 0),
  travelTimeIndex: 1.42,
  openIncidents: { minor: 1, moderate: 1, severe: 1 },
  detectorsReportingPercent: 97.4,
  dataAgeSeconds: Math.round((now % minute) / 1000) + 8,
  forecastCoveragePercent: 91.2,
  freeSpaces: 1402,
  ledgerDeficit: 0,
});

/** How forecasts did: worse further ahead and at the rush, one horizon with too few judged. */
export function accuracyGroups(subject: string, by: string): Json[] {
  const ending = subject === 'link' ? 'Kph' : 'Percent';
  const group = (name: Json, error: number, judged = 21_600): Json => {
    const said = (value: number) => (judged < 20 ? null : round(value, 2));
    return {
      ...name,
      judged,
      [`meanAbsoluteError${ending}`]: said(error),
      [`persistenceError${ending}`]: said(error * 1.32),
      [`profileError${ending}`]: said(2.6 + error * 0.7),
      coverage: judged < 20 ? null : round(0.93 - error / 100, 3),
    };
  };
  if (by === 'hour')
    return Array.from({ length: 24 }, (_, localHour) => {
      const rush = Math.exp(-(((localHour - 8) / 2) ** 2)) + Math.exp(-(((localHour - 17) / 2.5) ** 2));
      return group({ localHour }, 1.6 + 3.4 * rush, localHour === 3 ? 7 : 900);
    });
  if (by === 'sensor')
    return Array.from({ length: 8 }, (_, i) =>
      group({ id: subject === 'link' ? `L${i * 7 + 3}` : `P${i + 1}` }, 7.4 - i * 0.4, 860),
    );
  return [15, 30, 60].map((horizonMinutes, i) => group({ horizonMinutes }, 2.4 + i * 0.9));
}
