import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dashboardRoutes } from './dashboard-routes.ts';

let app: FastifyInstance;
let html: string;
let assets: readonly string[];

beforeAll(async () => {
  app = Fastify();
  await app.register(dashboardRoutes);
  html = (await app.inject('/')).body;
  assets = [...html.matchAll(/"(\/assets\/[^"]+)"/g)].map((match) => match[1]!);
}, 60_000);
afterAll(() => app.close());

describe('the page', () => {
  it('names its script, styles, worker and icon, and each is served with its type', async () => {
    const types = await Promise.all(
      assets.map(async (path) => (await app.inject(path)).headers['content-type']),
    );
    expect(types.sort()).toEqual([
      'image/svg+xml; charset=utf-8',
      'text/css; charset=utf-8',
      'text/javascript; charset=utf-8',
      'text/javascript; charset=utf-8',
    ]);
  });

  it('asks nothing of any other server', () => {
    expect(html).not.toMatch(/https?:|src="\/\//);
  });

  it('may run only what this server sent, without inline script and without eval', async () => {
    const policy = String((await app.inject('/')).headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('unsafe');
    expect(html).not.toMatch(/<script(?![^>]*src=)|<style|style="|\son\w+="/);
  });

  it('is asked for anew each time, its assets never again', async () => {
    expect((await app.inject('/')).headers['cache-control']).toBe('no-cache');
    for (const path of assets)
      expect((await app.inject(path)).headers['cache-control']).toContain('immutable');
  });

  it('is not sent again to who has it', async () => {
    const { etag } = (await app.inject('/')).headers;
    const again = await app.inject({ url: '/', headers: { 'if-none-match': String(etag) } });
    expect([again.statusCode, again.body]).toEqual([304, '']);
  });

  it('is compressed for who can read that', async () => {
    const main = assets.find((path) => path.includes('main'))!;
    const plain = await app.inject(main);
    const zipped = await app.inject({ url: main, headers: { 'accept-encoding': 'gzip, br' } });
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(zipped.headers['content-encoding']).toBe('gzip');
    expect(zipped.rawPayload.length).toBeLessThan(plain.rawPayload.length / 2);
  });
});
