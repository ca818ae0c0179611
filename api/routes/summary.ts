import { Type } from 'typebox';
import type { LevelOfService, Quality } from '#domain/quality.ts';
import { type EventTime, toRfc3339 } from '#domain/time.ts';
import { deficitOf } from '#runtime/deficit.ts';
import type { LiveValue } from '#runtime/live.ts';
import type { Incident } from '#schemas/generated/incident.v1.ts';
import type { LinkForecast } from '#schemas/generated/link.forecast.v1.ts';
import type { LinkState } from '#schemas/generated/link.state.v1.ts';
import type { ParkingState } from '#schemas/generated/parking.state.v1.ts';
import type { Routes } from '../context.ts';
import { answerOf, sendKept } from '../kept.ts';
import { eventsBy, eventsOf } from '../live-events.ts';
import { ageSeconds, qualityAt, vehiclesOf, windowEnd } from '../present.ts';
import { problems } from '../problem.ts';
import { levels, NoQuery, NumberOrNull, qualities, Time, Unchanged } from '../shapes.ts';
import { openStatuses, severities } from '../traffic-shapes.ts';

const counts = <Word extends string>(words: readonly Word[], description: string) =>
  Type.Object(
    Object.fromEntries(words.map((word) => [word, Type.Integer()])) as Record<
      Word,
      ReturnType<typeof Type.Integer>
    >,
    { description },
  );

const SummaryShape = Type.Object(
  {
    asOf: Time('The time in the city at which this was true.'),
    vehiclesPerMinute: NumberOrNull('Vehicles counted a minute over all links in their newest windows; 812'),
    travelTimeIndex: NumberOrNull('Travel time over free-flow travel time, mean by vehicles; 1.31'),
    linksByLevelOfService: counts(levels, 'How many links stand at each level; those not known are in none.'),
    linksByQuality: counts(qualities, 'How many links have a value of each quality.'),
    openIncidents: counts(severities, 'How many incidents are open, by severity.'),
    detectorsReportingPercent: NumberOrNull(
      'Readings received of those that healthy detectors would have sent, percent; 97.4',
    ),
    dataAgeSeconds: NumberOrNull('Seconds since the end of the newest window of any link; 38'),
    forecastCoveragePercent: NumberOrNull(
      'Share of past targets that the intervals of the forecasts held, percent, mean; 91.2',
    ),
    freeSpaces: NumberOrNull('Free spaces in all car parks whose occupancy is known and new; 1204'),
    capacitySpaces: Type.Integer({ description: 'Spaces in those car parks; 3100' }),
    ledgerDeficit: Type.Integer({
      description: 'Records read that did not end anywhere; anything but 0 is a fault',
    }),
  },
  { title: 'Summary', description: 'Vital signs of the city and of the system' },
);

/** The vital signs, for the top of the page. */
export const summaryRoutes: Routes =
  ({ network, live, store, kept }) =>
  async (app) => {
    const summaryOf = async (
      [links = [], incidents = [], forecasts = [], parking = []]: readonly (readonly LiveValue[])[],
      now: EventTime,
    ) => {
      const progress = await store.listProgress();
      const states = eventsBy<LinkState>(links, 'link');
      const open = eventsOf<Incident>(incidents).filter(({ status }) => openStatuses.includes(status));
      const coverage = eventsOf<LinkForecast>(forecasts).flatMap((each) => each.coveragePermille ?? []);
      return {
        asOf: toRfc3339(now),
        ...trafficOf(
          [...network.links.keys()].map((link) => states.get(link)),
          now,
        ),
        openIncidents: tally(
          severities,
          open.map(({ severity }) => severity),
        ),
        forecastCoveragePercent: percent(mean(coverage), 1000),
        ...parkingOf(eventsOf<ParkingState>(parking), now),
        ledgerDeficit: progress.reduce((sum, task) => sum + deficitOf(task), 0),
      };
    };

    app.get(
      '/v1/summary',
      {
        schema: {
          tags: ['summary'],
          summary: 'Vital signs of the city and of the system',
          querystring: NoQuery,
          response: { 200: SummaryShape, ...Unchanged, ...problems(400, 503) },
        },
      },
      async (request, reply) => {
        const kinds = ['link', 'incident', 'forecast', 'parking'] as const;
        const lists = await Promise.all(kinds.map((kind) => live.list(kind)));
        const make = async (now: EventTime) => answerOf(reply, await summaryOf(lists, now));
        return sendKept(request, reply, await kept.once('summary', lists, make));
      },
    );
  };

function trafficOf(states: readonly (LinkState | undefined)[], now: EventTime) {
  const known = states.filter((state) => state !== undefined);
  const fresh = known.filter((state) => qualityAt(state, now) !== 'stale');
  const counted = fresh.filter((state) => vehiclesOf(state) !== null);
  const delayed = counted.filter(
    (state): state is LinkState & { travelTimeIndexPermille: number } =>
      state.travelTimeIndexPermille !== null && state.vehicles > 0,
  );
  const vehicles = delayed.reduce((sum, state) => sum + state.vehicles, 0);
  const expected = known.reduce((sum, state) => sum + state.expectedSamples, 0);
  const received = fresh.reduce((sum, state) => sum + Math.min(state.samples, state.expectedSamples), 0);
  const newest = known.reduce<EventTime | null>(
    (end, s) => Math.max(end ?? windowEnd(s), windowEnd(s)),
    null,
  );
  return {
    vehiclesPerMinute:
      counted.length === 0
        ? null
        : Math.round(counted.reduce((sum, state) => sum + (state.vehicles * 60) / state.windowSeconds, 0)),
    travelTimeIndex:
      vehicles === 0
        ? null
        : Math.round(delayed.reduce((sum, s) => sum + s.vehicles * s.travelTimeIndexPermille, 0) / vehicles) /
          1000,
    linksByLevelOfService: tally<LevelOfService>(
      levels,
      fresh.flatMap(({ levelOfService }) => levelOfService ?? []),
    ),
    linksByQuality: tally<Quality>(
      qualities,
      states.map((state) => (state === undefined ? 'missing' : qualityAt(state, now))),
    ),
    detectorsReportingPercent: expected === 0 ? null : percent(received / expected, 1),
    dataAgeSeconds: newest === null ? null : ageSeconds(newest, now),
  };
}

function parkingOf(states: readonly ParkingState[], now: EventTime) {
  const known = states.filter(
    (state): state is ParkingState & { freeSpaces: number } =>
      state.freeSpaces !== null && ['observed', 'imputed'].includes(qualityAt(state, now)),
  );
  return {
    freeSpaces: known.length === 0 ? null : known.reduce((sum, { freeSpaces }) => sum + freeSpaces, 0),
    capacitySpaces: known.reduce((sum, { capacitySpaces }) => sum + capacitySpaces, 0),
  };
}

function tally<Word extends string>(words: readonly Word[], found: readonly Word[]): Record<Word, number> {
  const counted = Object.fromEntries(words.map((word) => [word, 0])) as Record<Word, number>;
  for (const word of found) counted[word]++;
  return counted;
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

/** A share as percent to one decimal. */
const percent = (share: number | null, whole: number): number | null =>
  share === null ? null : Math.round((share * 1000) / whole) / 10;
