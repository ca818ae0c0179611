import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Network } from '#domain/network.ts';
import { drive } from '#runtime/drive.ts';
import type { EnvironmentReading } from '#schemas/generated/environment.reading.v1.ts';
import type { Incident } from '#schemas/generated/incident.v1.ts';
import { environmentReadings } from '#schemas/topics.ts';
import { weatherHazards } from './weather-hazards.ts';

const begin = Date.UTC(2026, 4, 4, 7, 0);
const network = {
  stations: new Map([
    ['under', { id: 'under', name: 'Mill underpass', district: 'mill', link: 'mill-1', position: [10, 56] }],
  ]),
} as unknown as Network;

const quiet = {
  waterLevelMillimeters: null,
  rainDecimillimetersPerHour: null,
  visibilityMeters: null,
  roadSurfaceDecicelsius: null,
  roadSurfaceState: null,
  pm25DecimicrogramsPerCubicMeter: null,
  no2DecimicrogramsPerCubicMeter: null,
  noiseDecidecibels: null,
};

const reading = (minute: number, measured: Partial<EnvironmentReading>) => ({
  topic: environmentReadings,
  event: { station: 'under', sequence: minute, at: begin + minute * 60_000 + 1, ...quiet, ...measured },
});

/** A reading a minute; null is a minute of silence. */
function told(readings: (Partial<EnvironmentReading> | null)[]): string[] {
  const happenings = readings.flatMap((measured, minute) => (measured ? [reading(minute, measured)] : []));
  return drive(weatherHazards, network, happenings, begin + readings.length * 60_000).map(({ event }) => {
    const { at, kind, status, severity, revision } = event as Incident;
    return `${Math.floor((at - begin) / 60_000)} min: ${kind} ${status} ${severity} r${revision}`;
  });
}

const water = (...levels: (number | null)[]) =>
  told(levels.map((mm) => (mm === null ? null : { waterLevelMillimeters: mm })));

describe('hazards from weather', () => {
  it('opens a flood at the second reading beyond 5 cm and ends it at the second below 3 cm', () => {
    expect(water(0, 60, 60, 40, 20, 20)).toEqual([
      '2 min: flooding confirmed moderate r0',
      '5 min: flooding resolved moderate r1',
    ]);
  });

  it('takes no notice of one splash', () => {
    expect(water(0, 400, 0, 400, 0)).toEqual([]);
  });

  it('says when a flood becomes severe, and does not make it smaller again while it lasts', () => {
    expect(water(60, 60, 160, 100, 100)).toEqual([
      '1 min: flooding confirmed moderate r0',
      '2 min: flooding confirmed severe r1',
    ]);
  });

  it('does not say that a flood lasts when its station has been silent for ten minutes', () => {
    const silence = Array.from({ length: 12 }, () => null);
    expect(water(60, 60, ...silence).at(-1)).toBe('12 min: flooding resolved moderate r1');
  });

  it('knows dense fog, heavy rain, ice and black ice, and dust', () => {
    const twice = (measured: Partial<EnvironmentReading>): string | undefined =>
      told([measured, measured])[0];
    expect(twice({ visibilityMeters: 150 })).toContain('lowVisibility confirmed moderate');
    expect(twice({ visibilityMeters: 40 })).toContain('lowVisibility confirmed severe');
    expect(twice({ rainDecimillimetersPerHour: 80 })).toContain('heavyRain confirmed moderate');
    expect(twice({ roadSurfaceState: 'ice', roadSurfaceDecicelsius: -10 })).toContain(
      'slipperyRoad confirmed severe',
    );
    expect(twice({ roadSurfaceState: 'wet', roadSurfaceDecicelsius: -5 })).toContain(
      'slipperyRoad confirmed moderate',
    );
    expect(twice({ roadSurfaceState: 'wet', roadSurfaceDecicelsius: 50 })).toBeUndefined();
    expect(twice({ pm25DecimicrogramsPerCubicMeter: 800 })).toContain('airQuality confirmed moderate');
  });

  it('takes what was not measured for unknown, not for zero', () => {
    expect(told([{ rainDecimillimetersPerHour: 90 }, {}, { rainDecimillimetersPerHour: 90 }])).toHaveLength(
      1,
    );
  });

  it('alternates between open and over, whatever the water does', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(300), { maxLength: 60 }), (levels) => {
        const statuses = water(...levels).map((line) => line.split(' ')[3]);
        const changes = statuses.filter((status, i) => status !== statuses[i - 1]);
        changes.forEach((status, i) => {
          expect(status).toBe(i % 2 === 0 ? 'confirmed' : 'resolved');
        });
      }),
    );
  });
});
