/**
 * Raw records over HTTP: `POST /v1/ingest/<topic>`, as JSON (one document or a list of them) or as Avro.
 *
 * An `application/avro` body is a sequence of records, each after its length in bytes (unsigned, four bytes,
 * big-endian) and itself in the Confluent wire format: 0x00, the schema id (as many bytes), the Avro body.
 */
import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteShorthandOptions } from 'fastify';
import { ArterialError } from '#runtime/errors.ts';
import { jsonSchemaOf } from '#schemas/json-schema.ts';
import { type Rejection, reject, rejectionCodes } from '#schemas/rejection.ts';
import { rawTopics } from '#schemas/topics.ts';
import { type Ingest, type IngestResult, rawTopicNamed } from './ingest.ts';

export interface IngestLimits {
  /** Bytes of one body. */
  readonly bodyBytes: number;
  /** Records of one body. */
  readonly records: number;
  /** Requests that may wait for the log at once; the next are asked to come again. */
  readonly requestsAtOnce: number;
}

export const defaultIngestLimits: IngestLimits = {
  bodyBytes: 4 * 1024 * 1024,
  records: 10_000,
  requestsAtOnce: 256,
};

export interface IngestRoutesOptions {
  readonly ingest: Ingest;
  readonly limits?: IngestLimits;
}

/** A fastify plugin; register it, so that its body parsers stay its own. */
export async function ingestRoutes(app: FastifyInstance, options: IngestRoutesOptions): Promise<void> {
  const { ingest, limits = defaultIngestLimits } = options;
  let atOnce = 0;

  // The bytes as they came: a parser's own message would quote the body, and a body may hold a number plate.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    ['application/json', 'application/avro'],
    { parseAs: 'buffer', bodyLimit: limits.bodyBytes },
    (_request, body, done) => done(null, body),
  );

  app.post('/v1/ingest/:topic', { ...route, bodyLimit: limits.bodyBytes }, async (request, reply) => {
    const { topic } = request.params as { topic: string };
    const known = rawTopics.map(({ name }) => name).join(', ');
    if (!rawTopicNamed(topic))
      return problem(
        reply,
        404,
        'resource.unknown',
        `no raw topic ${JSON.stringify(topic)}; one of ${known}`,
      );
    if (atOnce >= limits.requestsAtOnce)
      return busy(reply, 429, 'limit.reached', `${limits.requestsAtOnce} requests are waiting for the log`);
    atOnce++;
    try {
      const body = readBody(request, limits);
      if (body.items.length > limits.records)
        return problem(
          reply,
          413,
          'limit.reached',
          `${body.items.length} records or more; at most ${limits.records} would be right`,
        );
      return answer(reply, await store(ingest, topic, body));
    } catch (failure) {
      if (!(failure instanceof ArterialError)) throw failure;
      request.log.error({ err: failure, code: failure.code }, 'the log did not take records');
      return busy(
        reply,
        503,
        'service.unavailable',
        `${failure.code}: the records may not be kept; send them again`,
      );
    } finally {
      atOnce--;
    }
  });
}

/** What a body holds; `rest` is what was left when no further record could be told apart. */
interface Body {
  readonly kind: 'documents' | 'records';
  readonly items: readonly unknown[];
  readonly rest?: { readonly bytes: Buffer; readonly rejection: Rejection };
}

function readBody(request: FastifyRequest, limits: IngestLimits): Body {
  const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  return request.headers['content-type']?.startsWith('application/avro')
    ? readRecords(bytes, limits.records)
    : readDocuments(bytes);
}

function readDocuments(bytes: Buffer): Body {
  const unreadable = (rejection: Rejection): Body => ({
    kind: 'documents',
    items: [],
    rest: { bytes, rejection },
  });
  if (!isUtf8(bytes)) return unreadable(reject('wire.text', '', 'text that is not UTF-8'));
  try {
    const parsed: unknown = JSON.parse(bytes.toString('utf8'));
    return { kind: 'documents', items: Array.isArray(parsed) ? parsed : [parsed] };
  } catch (failure) {
    // The parser's message quotes the text; only the place in it is safe to tell.
    const place = /at position \d+/.exec((failure as Error).message)?.[0] ?? 'somewhere';
    return unreadable(
      reject('json.syntax', '', `not JSON ${place}; a document or a list of them would be right`),
    );
  }
}

const lengthBytes = 4;

/** The records of an Avro body, one more than `most` at the most. */
function readRecords(bytes: Buffer, most: number): Body {
  const items: Buffer[] = [];
  let at = 0;
  while (at < bytes.length && items.length <= most) {
    const left = bytes.length - at - lengthBytes;
    const length = left < 0 ? 0 : bytes.readUInt32BE(at);
    if (length > left) {
      const detail = `record ${items.length} of ${length} bytes with ${Math.max(left, 0)} left`;
      const rejection = reject(
        'wire.framing',
        '',
        `${detail}; four bytes of length and as many bytes would be right`,
      );
      return { kind: 'records', items, rest: { bytes: bytes.subarray(at), rejection } };
    }
    items.push(bytes.subarray(at + lengthBytes, at + lengthBytes + length));
    at += lengthBytes + length;
  }
  return { kind: 'records', items };
}

async function store(ingest: Ingest, topic: string, { kind, items, rest }: Body): Promise<IngestResult> {
  const result =
    kind === 'documents'
      ? await ingest.json(topic, items)
      : await ingest.encoded(topic, items as readonly Buffer[]);
  if (!rest) return result;
  await ingest.unreadable(topic, rest.bytes, rest.rejection);
  return { ...result, rejected: [...result.rejected, { index: items.length, rejection: rest.rejection }] };
}

function answer(reply: FastifyReply, { accepted, rejected }: IngestResult): FastifyReply {
  return reply.status(accepted === 0 && rejected.length > 0 ? 400 : 202).send({
    accepted,
    rejected: rejected.map(({ index, rejection: { code, field, detail } }) => ({
      index,
      code,
      field,
      detail,
    })),
  });
}

/** RFC 9457 problem details, as every other part of the API answers. */
function problem(reply: FastifyReply, status: number, code: string, detail: string): FastifyReply {
  return reply
    .status(status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .serializer(JSON.stringify)
    .send({ type: `urn:arterial:problem:${code}`, title: titles[code], status, detail, code });
}

const titles: Readonly<Record<string, string>> = {
  'resource.unknown': 'There is no such thing',
  'limit.reached': 'A limit is reached',
  'service.unavailable': 'A part that is needed does not answer',
};

const busy = (reply: FastifyReply, status: number, code: string, detail: string): FastifyReply =>
  problem(reply.header('retry-after', '1'), status, code, detail);

const resultSchema = {
  type: 'object',
  required: ['accepted', 'rejected'],
  properties: {
    accepted: { type: 'integer', description: 'Records that are now in the topic.' },
    rejected: {
      type: 'array',
      description: 'Records that cannot be used, in the order of the body; kept in <topic>.rejected.',
      items: {
        type: 'object',
        required: ['index', 'code', 'field', 'detail'],
        properties: {
          index: { type: 'integer', description: 'Place in the body, from 0.' },
          code: { type: 'string', enum: rejectionCodes, description: 'Why, from a closed list.' },
          field: { type: 'string', description: 'Path of the field at fault; readings[3].count' },
          detail: { type: 'string', description: 'What was found, and what would be right.' },
        },
      },
    },
  },
};

const problemSchema = (description: string): object => ({
  description,
  content: {
    'application/problem+json': {
      schema: {
        type: 'object',
        properties: {
          type: { type: 'string' },
          title: { type: 'string' },
          status: { type: 'integer' },
          detail: { type: 'string' },
          code: { type: 'string' },
        },
      },
    },
  },
});

const documentSchemas = rawTopics.map(({ name }) => jsonSchemaOf(name));

const route: RouteShorthandOptions = {
  // The schema describes; what is checked, and how it is said, is the ingest's own.
  validatorCompiler: () => () => true,
  schema: {
    tags: ['ingest'],
    summary: 'Put raw records into the city',
    description:
      'One JSON document or a list of them, or Avro records: each after its length in bytes (four bytes, ' +
      'big-endian) and in the Confluent wire format. A camera and a driver may send `plate` instead of ' +
      '`plateToken`; it becomes a token before anything else sees it. Sending again what was sent before ' +
      'changes nothing.',
    params: {
      type: 'object',
      required: ['topic'],
      properties: {
        topic: { type: 'string', description: `One of ${rawTopics.map(({ name }) => name).join(', ')}` },
      },
    },
    body: {
      content: {
        'application/json': {
          schema: { anyOf: [...documentSchemas, { type: 'array', items: { type: 'object' } }] },
        },
        'application/avro': { schema: { type: 'string', format: 'binary' } },
      },
    },
    response: {
      202: { description: 'Durable. Some records may have been rejected.', ...resultSchema },
      400: { description: 'Every record was rejected.', ...resultSchema },
      404: problemSchema('There is no such raw topic; the detail names those that there are.'),
      413: problemSchema('More records or bytes than one body may hold.'),
      429: problemSchema('Too many requests wait for the log; come again after Retry-After seconds.'),
      503: problemSchema('The log does not answer; send the same again.'),
    },
  },
};
