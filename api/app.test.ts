import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { minutes } from '#domain/time.ts';
import { ArterialError } from '#runtime/errors.ts';
import { linkStates } from '#schemas/topics.ts';
import { createTestCity, eight, ledger, linkState, type TestCity } from './city-fixture.ts';

let city: TestCity;
beforeAll(async () => {
  city = await createTestCity();
});
afterAll(() => city.app.close());

const get = async (url: string) => city.app.inject({ url });

interface Operation {
  summary?: string;
  responses: Record<string, { content?: Record<string, { schema?: object }>; description?: string }>;
}

/** Every route of the server, save the reference itself, from the tree that fastify prints. */
function routesOf(tree: string): string[] {
  const stems: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const found = /^([│├└─ ]*)(\S+)(?: \(([A-Z, ]+)\))?$/.exec(line);
    if (found === null) return [];
    const depth = (found[1] as string).length / 4;
    stems.splice(depth - 1, stems.length, found[2] as string);
    const path = stems.join('').replace(/:(\w+)/g, '{$1}');
    if (path.startsWith('/docs') || path === '/openapi.json') return [];
    const methods = (found[3] ?? '').split(', ').filter((method) => method !== 'HEAD' && method !== '');
    return methods.map((method) => `${method.toLowerCase()} ${path}`);
  });
}

describe('the reference', () => {
  it('has every route, with a summary and what it answers', async () => {
    const { paths } = (await get('/openapi.json')).json() as {
      paths: Record<string, Record<string, Operation>>;
    };
    const routes = routesOf(city.app.printRoutes({ commonPrefix: false }));
    expect(routes).toContain('post /v1/recommendations/{recommendation}/accept');
    expect(routes).toContain('get /v1/links/{link}/history');
    const documented = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(documented.sort()).toEqual(routes.sort());
    for (const [path, methods] of Object.entries(paths))
      for (const [method, { summary, responses }] of Object.entries(methods)) {
        expect(summary, `${method} ${path} has a summary`).toMatch(/^[A-Z].{8,}/);
        const good = Object.entries(responses).find(([status]) => status.startsWith('2'));
        const [content] = Object.values(good?.[1].content ?? {});
        expect(content?.schema, `${method} ${path} says what it answers`).toBeDefined();
      }
  });

  it('says the unit of every number, with an example', async () => {
    const text = (await get('/openapi.json')).body;
    const unclear: string[] = [];
    const visit = (schema: unknown, path: string): void => {
      if (schema === null || typeof schema !== 'object') return;
      const { properties } = schema as { properties?: Record<string, { description?: string }> };
      for (const [name, field] of Object.entries(properties ?? {}))
        if (
          /(Kph|Seconds|Meters|Percent|Vph|Spaces|Minutes)$/.test(name) &&
          !/;.*\d/.test(field.description ?? '')
        )
          unclear.push(`${path}.${name}`);
      for (const [name, child] of Object.entries(schema)) visit(child, `${path}.${name}`);
    };
    visit(JSON.parse(text), '');
    expect(unclear).toEqual([]);
  });

  it('is shown without fetching anything from elsewhere', async () => {
    const page = await get('/docs/');
    expect(page.statusCode).toBe(200);
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.body.match(/(?:src|href)="https?:/g)).toBeNull();
    const script = await get('/docs/static/swagger-ui-bundle.js');
    expect(script.statusCode).toBe(200);
  });
});

describe('a request that cannot be answered', () => {
  it('is a problem that names the field, what was found and what is right', async () => {
    const answer = await get('/v1/forecasts?horizonMinutes=soon');
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(answer.json()).toEqual({
      type: 'urn:arterial:problem:request.invalid',
      title: 'The request is not as it should be',
      status: 400,
      detail: 'query.horizonMinutes: "soon" found; what must be integer would be right',
      code: 'request.invalid',
    });
  });

  it.each([
    ['/v1/intersections?limit=3', 'query.limit: found; nothing would be right'],
    ['/v1/incidents?state=open', 'query.state: found; one of status, district would be right'],
    ['/v1/incidents?status=new', 'query.status: "new" found; one of open, all would be right'],
    ['/v1/parking/near?longitude=10.2', 'query.latitude: not found; it is needed'],
    [
      '/v1/links/L1/history?from=2026-01-05T08:00:00',
      'query.from: "2026-01-05T08:00:00" found; ' +
        'an RFC 3339 time with its zone, such as 2026-01-05T08:00:00Z, would be right',
    ],
  ])('%s is told: %s', async (url, detail) => {
    const answer = await get(url);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().detail).toBe(detail);
  });

  it('is told what exists', async () => {
    const answer = await get('/v1/links/L9');
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toMatchObject({
      code: 'resource.unknown',
      detail: 'no link "L9"; 2 exist, such as L1, L2',
    });
    expect((await get('/v1/lanes')).json()).toMatchObject({ status: 404, code: 'route.unknown' });
  });

  it('is refused when its body is no JSON, or too long', async () => {
    const post = (payload: string) =>
      city.app.inject({
        method: 'POST',
        url: '/v1/subscriptions',
        headers: { 'content-type': 'application/json' },
        payload,
      });
    expect((await post('{')).json()).toMatchObject({ status: 400, code: 'request.invalid' });
    expect((await post(JSON.stringify({ facility: 'x'.repeat(70_000) }))).json()).toMatchObject({
      status: 413,
    });
  });

  it('does not tell what went wrong inside, but tells which part does not answer', async () => {
    const live = {
      put: async () => {},
      catchUp: () => {},
      get: () => Promise.reject(new Error('secret of the server')),
      list: () => Promise.reject(new ArterialError('store.unavailable', 'no answer from the store')),
      getSome: () => Promise.reject(new Error('secret of the server')),
      onChange: () => () => {},
      hearing: 0,
      close: async () => {},
    };
    const broken = await createTestCity({ live });
    const inside = await broken.app.inject({ url: '/v1/links/L1' });
    expect(inside.json()).toMatchObject({ status: 500, code: 'internal' });
    expect(inside.body).not.toContain('secret');
    expect((await broken.app.inject({ url: '/v1/links' })).json()).toMatchObject({
      status: 503,
      code: 'service.unavailable',
      detail: 'store.unavailable: no answer from the store',
    });
    await broken.app.close();
  });
});

describe('whoever runs the system', () => {
  it('sees whether it is alive and ready, and what it waits for', async () => {
    let reason: string | undefined = 'rebuilding live state';
    const starting = await createTestCity({ probes: [{ name: 'live', check: async () => reason }] });
    expect((await starting.app.inject({ url: '/healthz' })).json()).toEqual({ status: 'alive' });
    const waiting = await starting.app.inject({ url: '/readyz' });
    expect(waiting.statusCode).toBe(503);
    expect(waiting.json()).toMatchObject({ reasons: ['live: rebuilding live state'] });
    reason = undefined;
    const ready = await starting.app.inject({ url: '/readyz' });
    expect(ready.json()).toEqual({ status: 'ready', probes: ['live'] });
    await starting.app.close();
  });

  it('reads the ledger and the lag of each partition from the store', async () => {
    await city.commit(0, ledger());
    await city.commit(1, ledger({ folded: 4 }));
    await get('/v1/links');
    const text = (await get('/metrics')).body.split('\n');
    expect(text).toContain('arterial_ledger_deficit{processor="link-state",partition="0"} 0');
    expect(text).toContain('arterial_ledger_deficit{processor="link-state",partition="1"} 2');
    expect(text).toContain('arterial_records_total{processor="link-state",outcome="folded"} 10');
    expect(text).toContain('arterial_records_total{processor="link-state",outcome="late"} 2');
    expect(text).toContain('arterial_watermark_lag_seconds{processor="link-state",partition="0"} 60');
    expect(text).toContain('arterial_stream_clients 0');
    const requests =
      'arterial_http_request_duration_seconds_count{method="GET",route="/v1/links",status="200"} 1';
    expect(text).toContain(requests);
    // A second scrape does not count twice.
    expect((await get('/metrics')).body).toContain('outcome="folded"} 10');
  });

  it('sees the vital signs of the city', async () => {
    await city.happen(linkStates, 'link', linkState());
    await city.happen(
      linkStates,
      'link',
      linkState({
        link: 'L2',
        district: 'D2',
        vehicles: 28,
        flowVph: 1680,
        travelTimeIndexPermille: 1100,
        levelOfService: 'A',
        samples: 1,
      }),
    );
    // One too many is as much a fault as one too few.
    await city.commit(1, ledger({ open: 1 }));
    expect((await get('/v1/summary')).json()).toEqual({
      asOf: '2026-01-05T08:00:00.000Z',
      vehiclesPerMinute: 42,
      // (14 x 2.0 + 28 x 1.1) / 42
      travelTimeIndex: 1.4,
      linksByLevelOfService: { A: 1, B: 0, C: 0, D: 1, E: 0, F: 0 },
      linksByQuality: { observed: 2, imputed: 0, forecast: 0, stale: 0, missing: 0 },
      openIncidents: { minor: 0, moderate: 0, severe: 0 },
      // 4 of 6
      detectorsReportingPercent: 66.7,
      dataAgeSeconds: 0,
      forecastCoveragePercent: null,
      freeSpaces: null,
      capacitySpaces: 0,
      // 10 read, 11 accounted for
      ledgerDeficit: -1,
    });
    city.now = eight + minutes(10);
    expect((await get('/v1/summary')).json()).toMatchObject({
      vehiclesPerMinute: null,
      travelTimeIndex: null,
      linksByQuality: { observed: 0, stale: 2 },
      detectorsReportingPercent: 0,
      dataAgeSeconds: 600,
    });
  });

  it('sees nothing as 0 that is not known', async () => {
    const empty = await createTestCity();
    expect((await empty.app.inject({ url: '/v1/summary' })).json()).toMatchObject({
      vehiclesPerMinute: null,
      travelTimeIndex: null,
      detectorsReportingPercent: null,
      dataAgeSeconds: null,
      freeSpaces: null,
      linksByQuality: { missing: 2 },
    });
    await empty.app.close();
  });
});
