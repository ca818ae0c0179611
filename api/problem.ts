/** What goes wrong towards a client, as RFC 9457 problem details. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { ArterialError } from '#runtime/errors.ts';

/** Every code that a problem can carry. Each has a row in docs/errors.md. */
export const problemCodes = [
  'request.invalid',
  'route.unknown',
  'resource.unknown',
  'range.tooLong',
  'place.outside',
  'plate.refused',
  'model.refused',
  'advice.none',
  'advice.expired',
  'advice.state',
  'cursor.invalid',
  'limit.reached',
  'service.unavailable',
  'internal',
] as const;

export type ProblemCode = (typeof problemCodes)[number];

const titles: Record<ProblemCode, string> = {
  'request.invalid': 'The request is not as it should be',
  'route.unknown': 'There is no such address',
  'resource.unknown': 'There is no such thing',
  'range.tooLong': 'The range is too long for the resolution',
  'place.outside': 'The place is outside the city',
  'plate.refused': 'Plates are not taken here',
  'model.refused': 'The model does not suit the city',
  'advice.none': 'No plan can be recommended',
  'advice.expired': 'The recommendation has expired',
  'advice.state': 'The recommendation does not stand where that is possible',
  'cursor.invalid': 'The last event id cannot be read',
  'limit.reached': 'A limit is reached',
  'service.unavailable': 'A part that is needed does not answer',
  internal: 'A fault of the server',
};

/** An answer that is not the one asked for: thrown by a route, sent as application/problem+json. */
export class Problem extends Error {
  readonly status: number;
  readonly code: ProblemCode;
  readonly reasons: readonly string[];

  constructor(status: number, code: ProblemCode, detail: string, reasons: readonly string[] = []) {
    super(detail);
    this.name = 'Problem';
    this.status = status;
    this.code = code;
    this.reasons = reasons;
  }
}

/** The body of every answer with a status of 400 or more. */
export const ProblemShape = Type.Object(
  {
    type: Type.String({ description: 'URI of the kind of problem; urn:arterial:problem:resource.unknown' }),
    title: Type.String({ description: 'The kind of problem in words.' }),
    status: Type.Integer({ description: 'HTTP status; 404' }),
    detail: Type.String({ description: 'What was found, and what would be right.' }),
    code: Type.String({ description: 'The kind of problem, from a closed list.', enum: [...problemCodes] }),
    reasons: Type.Optional(
      Type.Array(Type.String(), { description: 'One sentence each, where there are several reasons.' }),
    ),
  },
  { title: 'Problem', description: 'RFC 9457 problem details' },
);

const problemContent = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: ProblemShape } },
});

/** The problem answers of a route, for its response schemas. */
export const problems = <Status extends keyof typeof problemResponses>(...statuses: Status[]) =>
  Object.fromEntries(statuses.map((status) => [status, problemResponses[status]])) as Record<
    Status,
    ReturnType<typeof problemContent>
  >;

const problemResponses = {
  400: problemContent('The request is not as it should be; the detail says which field, and what is right.'),
  404: problemContent('There is no such thing; the detail says what exists.'),
  409: problemContent('It does not stand where that is possible; the detail says what would be right.'),
  422: problemContent('It cannot be done; the reasons say why.'),
  429: problemContent('A limit is reached.'),
  503: problemContent('A part that is needed does not answer.'),
};

function send(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply
    .status(problem.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .serializer(JSON.stringify)
    .send({
      type: `urn:arterial:problem:${problem.code}`,
      title: titles[problem.code],
      status: problem.status,
      detail: problem.message,
      code: problem.code,
      ...(problem.reasons.length > 0 && { reasons: problem.reasons }),
    });
}

interface Fault {
  readonly instancePath: string;
  readonly keyword: string;
  readonly message?: string;
  readonly params: Record<string, unknown>;
  readonly data?: unknown;
  readonly parentSchema?: { readonly properties?: Record<string, unknown> };
}

/** `query.horizonMinutes: "soon" found; must be integer would be right`. */
function describeFault(context: string, fault: Fault): string {
  const field = [context, ...fault.instancePath.split('/').filter((part) => part !== '')];
  const right = (): string => {
    if (fault.keyword === 'enum') return `one of ${(fault.params['allowedValues'] as unknown[]).join(', ')}`;
    if (fault.keyword === 'format' && fault.params['format'] === 'date-time')
      return 'an RFC 3339 time with its zone, such as 2026-01-05T08:00:00Z,';
    return `what ${fault.message ?? `obeys ${fault.keyword}`}`;
  };
  if (fault.keyword === 'additionalProperties') {
    const name = String(fault.params['additionalProperty']);
    const known = Object.keys(fault.parentSchema?.properties ?? {}).join(', ');
    return `${[...field, name].join('.')}: found; ${known === '' ? 'nothing' : `one of ${known}`} would be right`;
  }
  if (fault.keyword === 'required')
    return `${[...field, String(fault.params['missingProperty'])].join('.')}: not found; it is needed`;
  // A number plate is not repeated, not even to the one who sent it: the answer may be logged on its way.
  const found = field.at(-1) === 'plate' ? 'what was sent' : JSON.stringify(fault.data);
  return `${field.join('.')}: ${found} found; ${right()} would be right`;
}

/** The problem that an error amounts to; one that is not expected is a fault of the server and says no more. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof ArterialError)
    return new Problem(503, 'service.unavailable', `${error.code}: ${error.message}`);
  const { validation, validationContext, statusCode, message } = error as {
    validation?: readonly Fault[];
    validationContext?: string;
    statusCode?: number;
    message?: string;
  };
  if (validation !== undefined && validation[0] !== undefined) {
    const context = validationContext === 'querystring' ? 'query' : (validationContext ?? 'body');
    return new Problem(400, 'request.invalid', describeFault(context, validation[0]));
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new Problem(statusCode, 'request.invalid', message ?? 'the request cannot be read');
  return new Problem(500, 'internal', 'the request failed; the log of the server says why');
}

/** Sends every error as a problem, and logs those that are the server's own. */
export function installProblems(app: FastifyInstance): void {
  app.setErrorHandler((error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const problem = problemOf(error);
    if (problem.status >= 500) request.log.error({ err: error, code: problem.code }, 'request failed');
    return send(reply, problem);
  });
  app.setNotFoundHandler((request, reply) =>
    send(
      reply,
      new Problem(
        404,
        'route.unknown',
        `${request.method} ${request.url.split('?')[0]} is not here; ` +
          '/openapi.json lists every address, /docs shows them',
      ),
    ),
  );
}

/** A 404 that names what exists: `no link L9; 24 exist, such as L1, L2, L3`. */
export function unknown(what: string, id: string, known: Iterable<string>): Problem {
  const ids = [...known];
  const some = ids.slice(0, 3).join(', ');
  return new Problem(
    404,
    'resource.unknown',
    `no ${what} ${JSON.stringify(id)}; ${ids.length} exist${ids.length === 0 ? '' : `, such as ${some}`}`,
  );
}
