import { Type } from 'typebox';
import type { Intersection } from '#domain/network.ts';
import { toRfc3339 } from '#domain/time.ts';
import type { IntersectionAggregate } from '#runtime/aggregates.ts';
import type { ApproachState } from '#schemas/generated/approach.state.v1.ts';
import type { IntersectionPerformance } from '#schemas/generated/intersection.performance.v1.ts';
import type { SignalStage } from '#schemas/generated/signal.stage.v1.ts';
import { signalStages } from '#schemas/topics.ts';
import type { Routes } from '../context.ts';
import { intersectionHistory } from '../history.ts';
import { readBuckets } from '../history-rows.ts';
import { liveEvent, liveEvents } from '../live-events.ts';
import { lookAtIntersection } from '../looks.ts';
import { presentApproaches, presentStage } from '../present-signals.ts';
import { problems, unknown } from '../problem.ts';
import { rangeOf } from '../range.ts';
import { IdParameter, Listed, NoQuery, RangeQuery, Time } from '../shapes.ts';
import {
  ApproachesShape,
  IntersectionBucketShape,
  IntersectionDetailShape,
  IntersectionShape,
  NewestStageShape,
} from '../signal-shapes.ts';
import { createTail } from '../tail.ts';
import { awaited, createWaiting, goneOf, WaitSeconds } from '../waiting.ts';

const IntersectionParameter = IdParameter('intersection', 'Id of the intersection; I7');

const StageQuery = Type.Object(
  {
    after: Type.Optional(
      Type.String({ maxLength: 300, description: 'The stage that is known; I7.1767600000000' }),
    ),
    waitSeconds: WaitSeconds,
  },
  { additionalProperties: false },
);

/** Of two stages the one that was advised later. */
const later = (one: SignalStage | undefined, other: SignalStage | undefined): SignalStage | undefined =>
  one !== undefined && (other === undefined || one.at > other.at) ? one : other;

/** Signalised intersections: how they do, the plan that runs, the newest advice. */
export const intersectionRoutes: Routes = (context) => async (app) => {
  const { network, live, store, log, ids, clock, advice, signingKey } = context;
  const getIntersection = (id: string): Intersection => {
    const intersection = network.intersections.get(id);
    if (intersection === undefined) throw unknown('intersection', id, network.intersections.keys());
    return intersection;
  };

  /** The stages that came while somebody waited for one. */
  const heard = new Map<string, SignalStage>();
  const waiting = createWaiting(
    createTail(log, ids),
    awaited(
      signalStages,
      ({ intersection }) => intersection,
      (stage) => heard.set(stage.intersection, stage),
    ),
  );
  app.addHook('preClose', async () => waiting.close());

  app.get(
    '/v1/intersections',
    {
      schema: {
        tags: ['intersections'],
        summary: 'How every signalised intersection does',
        querystring: NoQuery,
        response: { 200: Listed('intersections', IntersectionShape), ...problems(400, 503) },
      },
    },
    async () => {
      const states = await liveEvents<IntersectionPerformance>(live, 'intersection', 'intersection');
      const known = await advice.list();
      const now = clock.now();
      return {
        asOf: toRfc3339(now),
        intersections: [...network.intersections.values()].map((one) =>
          lookAtIntersection(
            context,
            one,
            states.get(one.id),
            known.filter(({ document }) => document.intersection === one.id),
            now,
          ),
        ),
      };
    },
  );

  app.get(
    '/v1/intersections/:intersection',
    {
      schema: {
        tags: ['intersections'],
        summary: 'One intersection by phase, with the plan in force and the newest recommendation',
        params: IntersectionParameter,
        querystring: NoQuery,
        response: { 200: IntersectionDetailShape, ...problems(400, 404, 503) },
      },
    },
    async ({ params }) => {
      const one = getIntersection(params.intersection);
      const state = await liveEvent<IntersectionPerformance>(live, 'intersection', one.id);
      const known = await advice.of(one.id);
      const now = clock.now();
      return { asOf: toRfc3339(now), ...lookAtIntersection(context, one, state, known, now) };
    },
  );

  app.get(
    '/v1/intersections/:intersection/stage',
    {
      schema: {
        tags: ['intersections'],
        summary: 'The newest advice on which phases to show, signed',
        description:
          'Null where no controller sends its status, once the advice has expired, and where it was withdrawn. With ' +
          'waitSeconds the answer waits until there is another than `after`.',
        params: IntersectionParameter,
        querystring: StageQuery,
        response: { 200: NewestStageShape, ...problems(400, 404, 429, 503) },
      },
    },
    async ({ params, query: { after, waitSeconds = 0 } }, reply) => {
      const { id } = getIntersection(params.intersection);
      // What was just heard may not be in live state yet.
      const newestOf = async () => later(heard.get(id), await liveEvent<SignalStage>(live, 'stage', id));
      const another = async () => {
        const stage = await newestOf();
        return stage?.advice === after ? undefined : stage;
      };
      const found = await waiting.until(another, (of) => of === id, waitSeconds, goneOf(reply));
      const newest = found ?? (await newestOf());
      const now = clock.now();
      const isWithdrawn = newest?.phases.length === 0;
      const none = newest === undefined || isWithdrawn || newest.expiresAt < now;
      const stage = none ? null : presentStage(newest, signingKey);
      const withdrawn = isWithdrawn ? { at: toRfc3339(newest.at), reason: newest.reason } : null;
      return { asOf: toRfc3339(now), intersection: id, stage, withdrawn };
    },
  );

  app.get(
    '/v1/intersections/:intersection/approaches',
    {
      schema: {
        tags: ['intersections'],
        summary: 'Queues, arrivals, saturation flow and turning shares, lane by lane',
        description:
          'From the statuses of the controller, minute by minute, each with its standard deviation.',
        params: IntersectionParameter,
        querystring: NoQuery,
        response: { 200: ApproachesShape, ...problems(400, 404, 503) },
      },
    },
    async ({ params }) => {
      const one = getIntersection(params.intersection);
      const state = await liveEvent<ApproachState>(live, 'approach', one.id);
      return presentApproaches(network, one, state, clock.now());
    },
  );

  app.get(
    '/v1/intersections/:intersection/history',
    {
      schema: {
        tags: ['intersections'],
        summary: 'How one intersection did, in buckets',
        description: 'At most 1 day at 1m, 3 at 5m, 7 at 15m, 31 at 1h, 92 at 1d.',
        params: IntersectionParameter,
        querystring: RangeQuery,
        response: {
          200: Type.Object({
            asOf: Time('The time in the city at which this was true.'),
            intersection: Type.String({ description: 'Id of the intersection.' }),
            resolutionSeconds: Type.Integer({ description: 'Length of a bucket, seconds; 900' }),
            buckets: Type.Array(IntersectionBucketShape),
          }),
          ...problems(400, 404, 503),
        },
      },
    },
    async ({ params, query }) => {
      const { id } = getIntersection(params.intersection);
      const now = clock.now();
      const range = rangeOf(query, now);
      const known = await readBuckets<IntersectionAggregate>(store, 'intersection', id, range);
      return { asOf: toRfc3339(now), intersection: id, ...intersectionHistory(known, range) };
    },
  );
};
