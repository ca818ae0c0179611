import { describe, expect, it } from 'vitest';
import type { IncidentTruth, LinkTruth, TruthRecord } from '../truth.ts';
import { evaluate } from './evaluate.ts';
import { formatTable } from './format-table.ts';
import type { IncidentRow, LinkStateRow, Measures, ParkingStateRow } from './measures.ts';
import { geh, medianOf } from './score.ts';

const minute = 1_772_519_400_000;

const link = (more: Partial<LinkTruth> = {}): LinkTruth => ({
  kind: 'link',
  link: 'L1',
  minute,
  vehiclesIn: 20,
  vehiclesOut: 20,
  meanTravelSeconds: 30,
  spaceMeanKph: 30,
  spotHarmonicKph: 40,
  inside: 5,
  ...more,
});

const state = (more: Partial<LinkStateRow> = {}): LinkStateRow => ({
  link: 'L1',
  window_start: minute,
  window_seconds: 60,
  vehicles: 22,
  flow_vph: 1320,
  space_mean_decikph: 320,
  quality: 'observed',
  ...more,
});

const incident = (more: Partial<IncidentTruth> = {}): IncidentTruth => ({
  kind: 'incident',
  incident: 0,
  what: 'stoppedVehicle',
  link: 'L1',
  district: 'D1',
  position: [10, 50],
  start: minute,
  end: minute + 600_000,
  isInView: true,
  ...more,
});

const said = (more: Partial<IncidentRow> = {}): IncidentRow => ({
  incident: 'x',
  kind: 'stoppedVehicle',
  link: 'L1',
  longitude: 10,
  latitude: 50,
  started_at: minute + 20_000,
  detected_at: minute + 30_000,
  ended_at: null,
  ...more,
});

const judge = (truth: readonly TruthRecord[], measures: Partial<Measures>) =>
  evaluate(truth, { linkStates: [], incidents: [], parkingStates: [], ...measures });

describe('flow and speed', () => {
  it('are compared minute by minute', () => {
    const truth = [link(), link({ minute: minute + 60_000, vehiclesOut: 10, spaceMeanKph: 20 })];
    const linkStates = [
      state(),
      state({ window_start: minute + 60_000, flow_vph: 540, space_mean_decikph: 290 }),
    ];
    const { flow, speedByQuality, spotSpeed } = judge(truth, { linkStates });
    expect(flow).toEqual({ pairs: 2, meanAbsoluteError: 1.5, bias: 0.5, closeShare: 1 });
    expect(speedByQuality.get('observed')).toEqual({
      pairs: 2,
      meanAbsoluteError: 5.5,
      bias: 5.5,
      closeShare: 0.5,
    });
    expect(spotSpeed.meanAbsoluteError).toBe(9.5);
  });

  it('are kept apart by quality, and what is missing is silent, not wrong', () => {
    const truth = [0, 1, 2, 3].map((i) => link({ minute: minute + i * 60_000 }));
    const linkStates = [
      state(),
      state({ window_start: minute + 60_000, quality: 'imputed', space_mean_decikph: 500 }),
      state({ window_start: minute + 120_000, quality: 'missing', space_mean_decikph: null, flow_vph: null }),
    ];
    const evaluation = judge(truth, { linkStates });
    expect([...evaluation.speedByQuality.keys()]).toEqual(['imputed', 'observed']);
    expect(evaluation.speedByQuality.get('imputed')?.meanAbsoluteError).toBe(20);
    expect([evaluation.silentLinkMinutes, evaluation.linkMinutes]).toEqual([2, 4]);
  });

  it('have no error where nothing was compared', () => {
    expect(judge([], {}).flow).toEqual({
      pairs: 0,
      meanAbsoluteError: undefined,
      bias: undefined,
      closeShare: undefined,
    });
  });
});

describe('incidents', () => {
  it('are detected, missed, false or repeated', () => {
    const truth = [
      link(),
      incident(),
      incident({ incident: 1, link: 'L2', position: [10.1, 50], what: 'debris' }),
    ];
    const incidents = [
      said(),
      said({ incident: 'y', kind: 'accident', link: null, detected_at: minute + 90_000 }),
      said({ incident: 'z', kind: 'smoke' }),
      said({ incident: 'w', kind: 'roadDamage' }),
    ];
    expect(judge(truth, { incidents }).incidents).toEqual({
      happened: 2,
      detected: 1,
      missed: 1,
      false: 1,
      repeated: 1,
      medianDelaySeconds: 30,
    });
  });

  it('do not count as detected before they begin or long after they end', () => {
    const early = said({ detected_at: minute - 120_000, started_at: minute - 120_000 });
    const tardy = said({ detected_at: minute + 3_600_000, started_at: minute + 3_600_000 });
    expect(judge([link(), incident()], { incidents: [early, tardy] }).incidents).toMatchObject({
      detected: 0,
      false: 2,
    });
  });

  it('that had not begun when the simulation ended are not missed', () => {
    expect(judge([link(), incident({ start: minute + 3_600_000 })], {}).incidents.missed).toBe(0);
  });
});

describe('parking', () => {
  it('is compared at the end of the minute, in spaces and as a share of them', () => {
    const truth = [0, 1, 2].map(
      (i): TruthRecord => ({
        kind: 'parking',
        facility: 'P1',
        minute: minute + i * 60_000,
        capacitySpaces: 100,
        occupiedSpaces: 50,
        entries: 0,
        exits: 0,
      }),
    );
    const row = (i: number, occupied: number | null): ParkingStateRow => ({
      facility: 'P1',
      window_start: minute + i * 60_000,
      window_seconds: 60,
      occupied_spaces: occupied,
      quality: 'observed',
    });
    const evaluation = judge(truth, { parkingStates: [row(0, 54), row(1, 40), row(2, null)] });
    expect(evaluation.parking).toEqual({ pairs: 2, meanAbsoluteError: 7, bias: -3, closeShare: 0.5 });
    expect(evaluation.silentParkingMinutes).toBe(1);
  });
});

describe('the table', () => {
  it('has a row for each thing and a dash for a figure that cannot be had', () => {
    const lines = formatTable(
      judge([link(), incident()], { linkStates: [state()], incidents: [said()] }),
    ).split('\n');
    expect(lines[1]).toMatch(/^flow +1 +2\.00 veh\/min +2\.00 veh\/min +100\.0 % GEH < 5$/);
    expect(lines.find((line) => line.startsWith('incidents '))).toContain('1 detected, 0 missed');
    expect(lines.find((line) => line.startsWith('parking'))).toContain('–');
  });
});

it('takes GEH and the median as their definitions say', () => {
  expect(geh(0, 0)).toBe(0);
  expect(geh(1000, 1200)).toBeCloseTo(Math.sqrt((2 * 200 ** 2) / 2200), 9);
  expect(medianOf([3, 1, 2])).toBe(2);
  expect(medianOf([4, 1, 2, 3])).toBe(2.5);
  expect(medianOf([])).toBeUndefined();
});
