import { Type } from 'typebox';
import { type ModelFile, modelBytesMost, readModelFile, unfitness } from '#domain/forecast/model-file.ts';
import { subjects } from '#domain/forecast/subject.ts';
import { toRfc3339 } from '#domain/time.ts';
import { encodeRecord } from '#schemas/topic.ts';
import { forecastModels } from '#schemas/topics.ts';
import type { Routes } from '../context.ts';
import { Problem, problems } from '../problem.ts';
import { NoQuery } from '../shapes.ts';

/** Longer bodies are not even read. Of those that are, the answer says what would be right. */
const bodyLimit = 2 * modelBytesMost;

const TakenModelShape = Type.Object(
  {
    name: Type.String({
      description: 'Name of the model, which follows from its bytes; link-2026-05-31-1f2e3d4c',
    }),
    subject: Type.Enum([...subjects], { description: 'What it forecasts' }),
    at: Type.String({ description: 'When it was taken, RFC 3339' }),
    lastDay: Type.String({ description: 'Day of the newest data that it has learned from' }),
    sensors: Type.Integer({ description: 'Links or car parks that it has learned from' }),
    districts: Type.Array(Type.String(), { description: 'Districts whose forecasters are given it' }),
  },
  { title: 'TakenModel', description: 'A model that the forecasters are given' },
);

/** Models that engineers hand in. */
export const forecastModelRoutes: Routes =
  ({ network, log, ids, clock }) =>
  async (app) => {
    app.addContentTypeParser(
      'application/octet-stream',
      { parseAs: 'buffer', bodyLimit },
      (_request, body, done) => done(null, body),
    );

    app.post(
      '/v1/forecasts/models',
      {
        bodyLimit,
        schema: {
          tags: ['forecasts'],
          summary:
            'Hand in a model that arterial train has made; forecasters try it, and use it where it is better',
          description: 'The body is the file of the model, as application/octet-stream.',
          querystring: NoQuery,
          response: { 201: TakenModelShape, ...problems(400, 422, 503) },
        },
      },
      async ({ body }, reply) => {
        const file = modelIn(body);
        const { subject, model } = file;
        const at = clock.now();
        const districts = [...network.districts.keys()];
        const bytes = Buffer.from(body as Buffer);
        const records = districts.map((district) => {
          const handed = { district, subject, name: model.name, at, sequence: at, model: bytes };
          return {
            key: forecastModels.key(handed),
            value: encodeRecord(forecastModels, handed, ids.id(forecastModels.name)),
          };
        });
        await log.append(forecastModels.name, records);
        reply.status(201);
        const { lastDay } = file;
        const sensors = model.neighbours.size;
        return { name: model.name, subject, at: toRfc3339(at), lastDay, sensors, districts };
      },
    );
  };

/** The model in a body, if the forecasters of the city can use it. */
function modelIn(body: unknown): ModelFile {
  const file = Buffer.isBuffer(body)
    ? readModelFile(body)
    : { fault: 'no file of a model; its bytes would be right' };
  if ('fault' in file) throw new Problem(400, 'request.invalid', `body: ${file.fault}`);
  const fault = unfitness(file);
  if (fault !== undefined) throw new Problem(422, 'model.refused', fault);
  return file;
}
