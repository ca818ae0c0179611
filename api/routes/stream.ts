import type { ServerResponse } from 'node:http';
import { Type } from 'typebox';
import { Audiences } from '../audience.ts';
import { createChannels, type StreamKind, streamKinds } from '../channels.ts';
import type { Routes } from '../context.ts';
import { type Cursor, decodeCursor } from '../cursor.ts';
import { Problem, problems } from '../problem.ts';
import { type StreamLimits, serveClient } from '../stream.ts';
import { createTail } from '../tail.ts';

/** As many as one process can serve within its memory and file handles. */
const clientsMost = 10_000;

const StreamQuery = Type.Object(
  {
    kinds: Type.Optional(
      Type.String({
        maxLength: 200,
        description: `Which kinds, separated by commas: ${streamKinds.join(', ')}; all but notification when left out`,
      }),
    ),
    subscription: Type.Optional(
      Type.String({ maxLength: 100, description: 'Whose notices; needed for the kind notification' }),
    ),
    lastEventId: Type.Optional(
      Type.String({
        maxLength: 8_000,
        description: 'Id of the last event received, for clients that cannot send the header Last-Event-ID',
      }),
    ),
  },
  { additionalProperties: false },
);

/** How many clients follow the stream now. */
export interface StreamGauge {
  clients: number;
}

/** Server-sent events. */
export const streamRoutes =
  (limits: StreamLimits, gauge: StreamGauge): Routes =>
  (context) =>
  async (app) => {
    const tail = createTail(context.log, context.ids);
    const channels = createChannels(context);
    const audiences = new Audiences(tail);
    const sinks = new Set<ServerResponse>();
    app.addHook('preClose', async () => {
      for (const sink of sinks) sink.end();
    });

    app.get(
      '/v1/stream',
      {
        // An answer to HEAD would have to wait for the end of a stream that has none.
        exposeHeadRoute: false,
        schema: {
          tags: ['stream'],
          summary: 'Everything new as server-sent events',
          description:
            'The event is the kind, the data what the resource of that kind would say. With Last-Event-ID the ' +
            'stream goes on exactly after that event, on any server. A client that falls far behind goes on with ' +
            'the newest and gets an event `gap`; one that takes nothing for 30 seconds is disconnected.',
          querystring: StreamQuery,
          response: {
            200: {
              description: 'Events without end, with a comment every 15 seconds.',
              content: { 'text/event-stream': { schema: Type.String() } },
            },
            ...problems(400, 404, 429, 503),
          },
        },
      },
      async (request, reply) => {
        const { kinds, subscription } = request.query;
        const wanted = kindsOf(kinds, subscription);
        const header = request.headers['last-event-id'];
        const resumeAt = cursorOf(typeof header === 'string' ? header : request.query.lastEventId);
        if (subscription !== undefined && (await context.subscriptions.find(subscription)) === undefined)
          throw new Problem(
            404,
            'resource.unknown',
            'no such subscription; POST /v1/subscriptions makes one',
          );
        if (sinks.size >= clientsMost)
          throw new Problem(
            429,
            'limit.reached',
            `${clientsMost} clients follow the stream, which is the limit`,
          );

        const { log } = request;
        const sink = begin(reply.hijack().raw);
        sinks.add(sink);
        gauge.clients = sinks.size;
        void audiences
          .with(
            channels.filter(({ kind }) => wanted.includes(kind as StreamKind)),
            (audience) => serveClient({ tail, resumeAt, subscription, sink, limits }, audience),
          )
          .catch((error: unknown) => log.error({ err: error }, 'a stream ended early'))
          .finally(() => {
            sink.end();
            sinks.delete(sink);
            gauge.clients = sinks.size;
          });
      },
    );
  };

/** An answer that ends with its connection: its parts are then the bytes themselves, without lengths between them. */
function begin(answer: ServerResponse): ServerResponse {
  answer.removeHeader('transfer-encoding');
  return answer.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    connection: 'close',
  });
}

function kindsOf(text: string | undefined, subscription: string | undefined): readonly StreamKind[] {
  const named = text?.split(',').map((kind) => kind.trim()) as StreamKind[] | undefined;
  const kinds = named ?? streamKinds.filter((kind) => kind !== 'notification' || subscription !== undefined);
  const unknown = kinds.find((kind) => !streamKinds.includes(kind));
  if (unknown !== undefined)
    throw new Problem(
      400,
      'request.invalid',
      `query.kinds: ${JSON.stringify(unknown)} found; some of ${streamKinds.join(', ')} would be right`,
    );
  if (kinds.includes('notification') && subscription === undefined)
    throw new Problem(
      400,
      'request.invalid',
      'query.subscription: not found; the kind notification needs the id of a subscription',
    );
  return kinds;
}

function cursorOf(id: string | undefined): Cursor | undefined {
  if (id === undefined || id === '') return undefined;
  const cursor = decodeCursor(id);
  if (cursor === undefined)
    throw new Problem(
      400,
      'cursor.invalid',
      `Last-Event-ID: ${JSON.stringify(id.slice(0, 40))} found; ` +
        'the id of an event of this stream, or none, would be right',
    );
  return cursor;
}
