import { Type } from 'typebox';
import { toRfc3339 } from '#domain/time.ts';
import type { SignalAcknowledgement } from '#schemas/generated/signal.acknowledgement.v1.ts';
import { encodeRecord } from '#schemas/topic.ts';
import { signalAcknowledgements, signalRecommendations } from '#schemas/topics.ts';
import { type Advice, objection, statusAt } from '../advice.ts';
import type { ApiContext, Routes } from '../context.ts';
import { presentAdvice } from '../present-signals.ts';
import { Problem, problems, unknown } from '../problem.ts';
import { IdParameter, Listed, NoQuery, OneOf } from '../shapes.ts';
import { type AdviceStatus, adviceStatuses, RecommendationShape } from '../signal-shapes.ts';
import { createTail } from '../tail.ts';
import { awaited, createWaiting, goneOf, WaitSeconds } from '../waiting.ts';

/** More than a person reads; the newest come first. */
const recommendationsMost = 1_000;

const RecommendationsQuery = Type.Object(
  {
    intersection: Type.Optional(Type.String({ description: 'Only those for this intersection; I7' })),
    status: Type.Optional(
      OneOf(
        ['open', 'all', ...adviceStatuses],
        'open: issued or accepted, and not expired; all (when left out); or one status.',
      ),
    ),
    after: Type.Optional(
      Type.String({
        maxLength: 300,
        description: 'Only those that were issued after this one, the newest known; R41',
      }),
    ),
    waitSeconds: WaitSeconds,
  },
  { additionalProperties: false },
);

const SaidBody = Type.Object(
  {
    by: Type.String({
      minLength: 1,
      maxLength: 100,
      description: 'Role or controller that says so; duty-engineer',
    }),
    reason: Type.Optional(
      Type.String({ minLength: 1, maxLength: 1_000, description: 'Why; needed to reject and to withdraw' }),
    ),
  },
  { additionalProperties: false },
);

const RecommendationParameter = IdParameter('recommendation', 'Id of the recommendation.');

/** What a person or a controller can say: the last part of the address, and the status that it gives. */
const sayings = [
  { verb: 'accept', status: 'accepted', summary: 'Accept a recommendation: the controller may apply it' },
  { verb: 'reject', status: 'rejected', summary: 'Reject a recommendation, with a reason' },
  { verb: 'applied', status: 'applied', summary: 'Report that the controller has applied a recommendation' },
  {
    verb: 'withdraw',
    status: 'withdrawn',
    summary: 'Withdraw a recommendation before it is applied, with a reason',
  },
] as const;

/** Advice for signals, and what people and controllers say about it. */
export const recommendationRoutes: Routes = (context) => async (app) => {
  const { network, advice, clock, signingKey } = context;
  const present = (one: Advice) => presentAdvice(one, signingKey, clock.now());
  const waiting = createWaiting(
    createTail(context.log, context.ids),
    awaited(signalRecommendations, ({ intersection }) => intersection),
    // One that a person accepted may be what a controller waits for.
    awaited(signalAcknowledgements, ({ intersection }) => intersection),
  );
  app.addHook('preClose', async () => waiting.close());

  app.get(
    '/v1/recommendations',
    {
      schema: {
        tags: ['recommendations'],
        summary: 'Recommendations, newest first',
        description:
          `At most the newest ${recommendationsMost}. With waitSeconds the answer waits until there is one; then ask ` +
          'again with the newest as `after`. What is accepted later but was issued before that is not told.',
        querystring: RecommendationsQuery,
        response: { 200: Listed('recommendations', RecommendationShape), ...problems(400, 404, 429, 503) },
      },
    },
    async ({ query: { intersection, status = 'all', after, waitSeconds = 0 } }, reply) => {
      if (intersection !== undefined && !network.intersections.has(intersection))
        throw unknown('intersection', intersection, network.intersections.keys());
      const look = async (): Promise<Advice[] | undefined> => {
        const all = intersection === undefined ? await advice.list() : await advice.of(intersection);
        const known = all.findIndex(({ document }) => document.recommendation === after);
        const found = all
          .slice(0, known < 0 ? undefined : known)
          .filter((one) => isAskedFor(status, statusAt(one, clock.now())));
        return found.length > 0 ? found : undefined;
      };
      const isMeant = (of: string): boolean => intersection === undefined || of === intersection;
      const found = (await waiting.until(look, isMeant, waitSeconds, goneOf(reply))) ?? [];
      return {
        asOf: toRfc3339(clock.now()),
        recommendations: found.slice(0, recommendationsMost).map(present),
      };
    },
  );

  app.get(
    '/v1/recommendations/:recommendation',
    {
      schema: {
        tags: ['recommendations'],
        summary: 'One recommendation, signed, with what became of it',
        params: RecommendationParameter,
        querystring: NoQuery,
        response: { 200: RecommendationShape, ...problems(400, 404, 503) },
      },
    },
    async ({ params }) => present(await getAdvice(context, params.recommendation)),
  );

  for (const { verb, status, summary } of sayings)
    app.post(
      `/v1/recommendations/:recommendation/${verb}`,
      {
        schema: {
          tags: ['recommendations'],
          summary,
          params: RecommendationParameter,
          body: SaidBody,
          response: { 200: RecommendationShape, ...problems(400, 404, 409, 503) },
        },
      },
      async ({ params, body }) =>
        present(await say(context, params.recommendation, status, body.by, body.reason ?? null)),
    );
};

function isAskedFor(asked: AdviceStatus | 'open' | 'all', stands: AdviceStatus): boolean {
  if (asked === 'open') return stands === 'issued' || stands === 'accepted';
  return asked === 'all' || stands === asked;
}

async function getAdvice({ advice }: ApiContext, id: string): Promise<Advice> {
  const found = await advice.find(id);
  if (found === undefined)
    throw unknown(
      'recommendation',
      id,
      (await advice.list()).map(({ document }) => document.recommendation),
    );
  return found;
}

/**
 * Appends what was said, then looks whether it stands: another server may have written something first, and
 * the first in the log wins.
 */
async function say(
  context: ApiContext,
  id: string,
  status: SignalAcknowledgement['status'],
  by: string,
  reason: string | null,
): Promise<Advice> {
  const { log, ids, clock, advice } = context;
  if (reason === null && (status === 'rejected' || status === 'withdrawn'))
    throw new Problem(400, 'request.invalid', 'body.reason: not found; why it is so is needed');
  const known = await getAdvice(context, id);
  refuse(known, status, context);
  const said: SignalAcknowledgement = {
    district: known.document.district,
    intersection: known.document.intersection,
    recommendation: id,
    sequence: known.acknowledgements.length,
    at: clock.now(),
    status,
    reason,
    by,
  };
  const value = encodeRecord(signalAcknowledgements, said, ids.id(signalAcknowledgements.name));
  await log.append(signalAcknowledgements.name, [{ key: signalAcknowledgements.key(said), value }]);
  const after = (await advice.find(id)) ?? known;
  const stands = after.acknowledgements.some(
    (one) => one.status === status && one.by === by && one.at === said.at,
  );
  if (!stands) refuse(after, status, context);
  return after;
}

function refuse(advice: Advice, status: SignalAcknowledgement['status'], { clock }: ApiContext): void {
  const now = clock.now();
  const reason = objection(advice, status, now);
  if (reason === undefined) return;
  throw new Problem(409, statusAt(advice, now) === 'expired' ? 'advice.expired' : 'advice.state', reason);
}
