/** Plans that an engineer asks for, now and with bounds. */
import { Type } from 'typebox';
import { toRfc3339 } from '#domain/time.ts';
import type { SignalRecommendation } from '#schemas/generated/signal.recommendation.v1.ts';
import { encodeRecord } from '#schemas/topic.ts';
import { signalRecommendations } from '#schemas/topics.ts';
import { appliedOf } from '../advice.ts';
import type { ApiContext, Routes, WhatIf } from '../context.ts';
import { presentAdvice } from '../present-signals.ts';
import { Problem, problems, unknown } from '../problem.ts';
import { CorridorShape, RecommendationShape } from '../signal-shapes.ts';

const whatIf = {
  cycleSecondsMin: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 600, description: 'Shortest cycle, seconds; 60' }),
  ),
  cycleSecondsMax: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 600, description: 'Longest cycle, seconds; 120' }),
  ),
  priority: Type.Optional(
    Type.Array(
      Type.Object(
        {
          link: Type.String({
            minLength: 1,
            maxLength: 200,
            description: 'Id of a link that leads there; L12',
          }),
          weight: Type.Number({ minimum: 1, maximum: 10, description: 'As how many each vehicle counts; 3' }),
        },
        { additionalProperties: false },
      ),
      {
        maxItems: 20,
        description:
          'Links whose vehicles count for more when plans are compared. Nobody may be made to wait more than 15 s ' +
          'longer all the same, and what is promised, and judged later, is the mean of all vehicles alike.',
      },
    ),
  ),
};

const OnDemandBody = Type.Object(
  {
    intersection: Type.String({ minLength: 1, maxLength: 200, description: 'Id of the intersection; I7' }),
    ...whatIf,
  },
  { additionalProperties: false },
);

const CorridorBody = Type.Object(
  {
    intersections: Type.Array(Type.String({ minLength: 1, maxLength: 200 }), {
      minItems: 2,
      maxItems: 32,
      uniqueItems: true,
      description: 'Ids of intersections that follow one another; ["I7", "I8"]',
    }),
    ...whatIf,
  },
  { additionalProperties: false },
);

/** Plans asked for: for one intersection, and for a corridor. */
export const onDemandRoutes: Routes = (context) => async (app) => {
  const { clock, signingKey } = context;
  const present = (document: SignalRecommendation) =>
    presentAdvice({ document, acknowledgements: [] }, signingKey, clock.now());

  app.post(
    '/v1/recommendations',
    {
      schema: {
        tags: ['recommendations'],
        summary: 'Ask for a plan now',
        description: 'Makes a recommendation from the newest measurements, or says why there is none.',
        body: OnDemandBody,
        response: { 201: RecommendationShape, ...problems(400, 404, 422, 503) },
      },
    },
    async ({ body: { intersection, ...asked } }, reply) => {
      const document = await recommend(context, intersection, asked);
      reply
        .status(201)
        .header('location', `/v1/recommendations/${encodeURIComponent(document.recommendation)}`);
      return present(document);
    },
  );

  app.post(
    '/v1/recommendations/corridor',
    {
      schema: {
        tags: ['recommendations'],
        summary: 'Ask for the plans of a corridor now',
        description:
          'Draws plans for all of its signals together, from their lanes: one cycle with offsets that make a green ' +
          'wave, or a cycle for each where that saves more. Answers with a recommendation for each signal whose plan ' +
          'is to change, and why the others have none.',
        body: CorridorBody,
        response: { 201: CorridorShape, ...problems(400, 404, 422, 503) },
      },
    },
    async ({ body: { intersections, ...asked } }, reply) => {
      const answers = await recommendCorridor(context, intersections, asked);
      reply.status(201);
      return {
        asOf: toRfc3339(clock.now()),
        recommendations: answers.flatMap(([, answer]) =>
          answer.kind === 'none' ? [] : [present(answer.document)],
        ),
        none: answers.flatMap(([intersection, answer]) =>
          answer.kind === 'none' ? [{ intersection, reasons: [...answer.reasons] }] : [],
        ),
      };
    },
  );
};

/** Asks for a plan and appends it to its topic, so that controllers and other servers see it too. */
async function recommend(context: ApiContext, intersection: string, asked: WhatIf) {
  check(context, [intersection], asked);
  const applied = appliedOf(await context.advice.of(intersection))?.document;
  const answer = await context.onDemand.one(intersection, asked, applied);
  if (answer.kind === 'none')
    throw new Problem(
      422,
      'advice.none',
      `no plan for ${intersection} passes: ${answer.reasons.join('; ')}`,
      answer.reasons,
    );
  await issue(context, [answer.document]);
  return answer.document;
}

/** The same for a corridor: what each intersection is answered. */
async function recommendCorridor(context: ApiContext, intersections: readonly string[], asked: WhatIf) {
  check(context, intersections, asked);
  const applied = new Map<string, SignalRecommendation | undefined>();
  for (const id of intersections) applied.set(id, appliedOf(await context.advice.of(id))?.document);
  const answers = [...(await context.onDemand.corridor(intersections, asked, (id) => applied.get(id)))];
  const documents = answers.flatMap(([, answer]) => (answer.kind === 'none' ? [] : [answer.document]));
  if (documents.length === 0) {
    const reasons = [
      ...new Set(answers.flatMap(([, answer]) => (answer.kind === 'none' ? answer.reasons : []))),
    ];
    throw new Problem(422, 'advice.none', `no plans for the corridor pass: ${reasons.join('; ')}`, reasons);
  }
  await issue(context, documents);
  return answers;
}

async function issue({ log, ids }: ApiContext, documents: readonly SignalRecommendation[]): Promise<void> {
  const { name } = signalRecommendations;
  const records = documents.map((document) => ({
    key: signalRecommendations.key(document),
    value: encodeRecord(signalRecommendations, document, ids.id(name)),
  }));
  await log.append(name, records);
}

/** Whether what is asked for is there, and can be. */
function check({ network }: ApiContext, intersections: readonly string[], asked: WhatIf): void {
  const { cycleSecondsMin: shortest = 1, cycleSecondsMax: longest = 600, priority = [] } = asked;
  for (const id of intersections)
    if (!network.intersections.has(id)) throw unknown('intersection', id, network.intersections.keys());
  if (shortest > longest)
    throw new Problem(
      400,
      'request.invalid',
      `body.cycleSecondsMin: ${shortest} found; at most cycleSecondsMax, which is ${longest}, would be right`,
    );
  const inbound = new Set(
    intersections.flatMap((id) =>
      (network.intersections.get(id)?.phases ?? []).flatMap(({ movements }) =>
        movements.map(({ movement }) => network.movements.get(movement)?.inbound),
      ),
    ),
  );
  const wrong = priority.find(({ link }) => !inbound.has(link));
  if (wrong !== undefined)
    throw new Problem(
      400,
      'request.invalid',
      `body.priority: ${wrong.link} found; some of ${[...inbound].sort().join(', ')} would be right`,
    );
}
