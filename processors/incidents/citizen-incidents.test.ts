import { describe, expect, it } from 'vitest';
import type { Network } from '#domain/network.ts';
import { drive } from '#runtime/drive.ts';
import type { ReportCategory } from '#schemas/generated/citizen.report.v1.ts';
import type { Incident } from '#schemas/generated/incident.v1.ts';
import { citizenReports } from '#schemas/topics.ts';
import { citizenIncidents } from './citizen-incidents.ts';

const begin = Date.UTC(2026, 4, 4, 7, 0);

const report = (minute: number, id: string, category: ReportCategory, meters = 0) => ({
  topic: citizenReports,
  event: {
    district: 'harbour',
    report: id,
    sequence: 0,
    at: begin + minute * 60_000 + 1,
    category,
    text: 'my neighbour at number 5 saw it',
    longitude: 10,
    latitude: 56 + meters / 111_195,
  },
});

const told = (...happenings: ReturnType<typeof report>[]): string[] =>
  drive(citizenIncidents, {} as Network, happenings, begin + 3_600_000).map(({ event }) => {
    const { kind, status, confidencePermille, sources } = event as Incident;
    return `${kind} ${status} ${confidencePermille} ${sources.join('+')}`;
  });

describe('incidents from citizens', () => {
  it('takes one report for a detection and a second near by for a confirmation', () => {
    expect(told(report(0, 'a', 'accident'), report(5, 'b', 'accident', 100))).toEqual([
      'accident detected 500 a',
      'accident confirmed 750 a+b',
      'accident resolved 750 a+b',
    ]);
  });

  it('keeps reports apart that are of another kind or place', () => {
    const said = told(
      report(0, 'a', 'accident'),
      report(1, 'b', 'flooding'),
      report(2, 'c', 'accident', 400),
    );
    expect(said.filter((line) => line.includes('detected'))).toHaveLength(3);
  });

  it('is over when nobody has reported it for half an hour', () => {
    const [, over] = drive(citizenIncidents, {} as Network, [report(0, 'a', 'obstacle')], begin + 3_600_000);
    expect(over?.event).toMatchObject({ status: 'resolved', at: begin + 31 * 60_000, endedAt: begin + 1 });
  });

  it('does not repeat the words of a citizen', () => {
    const [first] = drive(citizenIncidents, {} as Network, [report(0, 'a', 'other')], begin);
    expect(JSON.stringify(first)).not.toContain('neighbour');
  });
});
