/** What the invented city reports at a given minute: plausible, seeded, in the shapes of /v1. */

import {
  createChance,
  type FixtureLink,
  type fixtureFacilities,
  type fixtureIntersections,
  fixtureLinks,
  type Json,
} from './dashboard-city.ts';

const minute = 60_000;
const iso = (at: number) => new Date(at).toISOString();
const round = (value: number, digits = 0) => Math.round(value * 10 ** digits) / 10 ** digits;

/** One decision a minute for each thing, so that a picture taken twice is the same. */
const noise = (seed: number, at: number) => createChance(seed * 7919 + Math.floor(at / minute))() - 0.5;
const seedOf = (id: string) => [...id].reduce((sum, c) => sum * 31 + c.charCodeAt(0), 7) % 100_003;

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
  const ratio = Math.max(0.16, 1 - 0.3 * load - 0.52 * load ** 3);
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
    queueMeters: load > 0.6 ? Math.round(link.lengthMeters * Math.min(0.92, (load - 0.6) * 2)) : 0,
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

const codes = ['NBL', 'SBT', 'EBL', 'WBT', 'SBL', 'NBT', 'WBL', 'EBT'];
const greens = [12, 30, 11, 29, 13, 29, 12, 28];

/** An intersection with its eight phases. */
export function intersectionState(
  place: (typeof fixtureIntersections)[number],
  now: number,
  open?: Json,
): Json {
  const busy = 1.08 - Math.hypot(place.column - 3, (place.row - 1.5) * 1.4) * 0.16;
  const phases = codes.map((code, i) => {
    const ratio = Math.max(
      0.2,
      busy - (i % 2 === 0 ? 0.16 : 0) + noise(seedOf(place.intersection) + i, 0) * 0.3,
    );
    const delay = 14 + 32 * ratio ** 3 + (ratio > 1 ? (ratio - 1) * 220 : 0);
    return {
      phase: i + 1,
      movements: [code],
      greenSeconds: greens[i]! + 0.4,
      volumeVph: Math.round(ratio * (i % 2 ? 640 : 210)),
      saturationVph: 1800,
      volumeToCapacity: round(ratio, 2),
      controlDelaySeconds: round(delay, 1),
      levelOfService: 'ABCDEF'[[10, 20, 35, 55, 80].filter((b) => delay > b).length],
      greenOccupancyPercent: 60,
      splitFailures: ratio > 1 ? 2 : 0,
      quality: 'observed',
    };
  });
  const delay = phases.reduce((sum, p) => sum + p.controlDelaySeconds, 0) / 8;
  return {
    intersection: place.intersection,
    name: place.name,
    windowStart: iso(Math.floor(now / (15 * minute)) * 15 * minute - 15 * minute),
    windowSeconds: 900,
    revision: 0,
    quality: 'observed',
    samples: 10,
    cycleSeconds: 90,
    controlDelaySeconds: round(delay, 1),
    levelOfService: 'ABCDEF'[[10, 20, 35, 55, 80].filter((b) => delay > b).length],
    phases,
    ageSeconds: 120,
    planInForce: { ...plan(90, greens), source: 'network', id: 'day', since: null },
    recommendation: open ?? null,
  };
}

const plan = (cycleSeconds: number, green: readonly number[]) => ({
  cycleSeconds,
  offsetSeconds: 12,
  splits: green.map((seconds, i) => ({ phase: i + 1, seconds: seconds + 5 })),
});

/** Advice in the shape of the API, with the safety gate's conditions. */
export function recommendation(
  index: number,
  place: (typeof fixtureIntersections)[number],
  now: number,
): Json {
  const after = [13, 36, 11, 32, 14, 35, 12, 31];
  const each = (
    name: string,
    value: (i: number) => number,
    relation: string,
    bound: (i: number) => number,
    unit = 's',
  ) =>
    after.map((_, i) => ({
      name,
      phase: i + 1,
      value: value(i),
      relation,
      bound: bound(i),
      unit,
      met: true,
    }));
  const gain = 4.2 + index * 2.6;
  return {
    recommendation: `R${index}`,
    intersection: place.intersection,
    district: 'D2',
    issuedAt: iso(now - 90_000),
    expiresAt: iso(now + 12 * minute),
    nonce: `n${index}`,
    plan: plan(100, after),
    previous: plan(90, greens),
    constraints: [
      {
        name: 'wholeSeconds',
        phase: null,
        value: 0,
        relation: 'equals',
        bound: 0,
        unit: 'fractions',
        met: true,
      },
      ...each(
        'minimumGreen',
        (i) => after[i]!,
        'atLeast',
        (i) => (i % 2 ? 10 : 6),
      ),
      ...each(
        'maximumGreen',
        (i) => after[i]!,
        'atMost',
        (i) => (i % 2 ? 50 : 25),
      ),
      ...each(
        'yellowFormula',
        () => 4,
        'atLeast',
        () => 3.7,
      ),
      ...each(
        'redClearanceFormula',
        () => 1.5,
        'atLeast',
        () => 1.2,
      ),
      ...[2, 4, 6, 8].map((phase) => ({
        name: 'pedestrianGreen',
        phase,
        value: after[phase - 1],
        relation: 'atLeast',
        bound: phase === 4 ? 32 : 26,
        unit: 's',
        met: true,
      })),
      ...each(
        'splitChange',
        (i) => Math.abs(after[i]! - greens[i]!),
        'atMost',
        () => 10,
      ),
      { name: 'ringSum', phase: 4, value: 100, relation: 'equals', bound: 100, unit: 's', met: true },
      { name: 'cycleMinimum', phase: null, value: 100, relation: 'atLeast', bound: 60, unit: 's', met: true },
      { name: 'cycleMaximum', phase: null, value: 100, relation: 'atMost', bound: 120, unit: 's', met: true },
      { name: 'cycleChange', phase: null, value: 10, relation: 'atMost', bound: 15, unit: 's', met: true },
    ],
    evidence: {
      windowStart: iso(now - 16 * minute),
      windowEnd: iso(now - minute),
      windows: 15,
      quality: 'observed',
    },
    currentDelaySeconds: 48.2 + index,
    predictedDelaySeconds: round(48.2 + index - gain, 1),
    benefitLowSeconds: round(gain * 0.62, 1),
    benefitHighSeconds: round(gain * 1.41, 1),
    reason: `SBT (phase 2) is over capacity (v/c 1.06): cycle 90 to 100 s, phase 2 +6 s, phase 6 +6 s`,
    signature: 'ab'.repeat(32),
    status: 'issued',
    acknowledgements: [],
  };
}

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
