import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type BuildResult, build, stop } from 'esbuild';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/**
 * Everything comes from this server. MapLibre's worker is a file of its own, so that not even `blob:` is
 * needed; `data:` and `blob:` images are the map's icons.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const folder = fileURLToPath(new URL('./dashboard/', import.meta.url));
const resolve = createRequire(import.meta.url).resolve;

interface Asset {
  readonly path: string;
  readonly type: string;
  readonly etag: string;
  readonly body: Buffer;
  readonly zipped: Buffer;
}

/** Serves the control room: one page with its script, styles and worker, bundled in memory at start. */
export async function dashboardRoutes(app: FastifyInstance): Promise<void> {
  const [main, styles, worker, icon] = await Promise.all([
    bundle('main.ts', 'text/javascript'),
    bundle('styles.css', 'text/css'),
    readFile(resolve('maplibre-gl/dist/maplibre-gl-csp-worker.js')).then((body) =>
      asset('worker', 'js', 'text/javascript', body),
    ),
    readFile(`${folder}icon.svg`).then((body) => asset('icon', 'svg', 'image/svg+xml', body)),
  ]);
  const html = (await readFile(`${folder}index.html`, 'utf8'))
    .replace('%MAIN%', main.path)
    .replace('%STYLES%', styles.path)
    .replace('%WORKER%', worker.path)
    .replace('%ICON%', icon.path);
  const page = asset('index', 'html', 'text/html', Buffer.from(html));

  app.get('/', { schema: { hide: true } }, (request, reply) => {
    reply.header('content-security-policy', contentSecurityPolicy);
    reply.header('referrer-policy', 'no-referrer');
    return send(request, reply, page, 'no-cache');
  });
  for (const one of [main, styles, worker, icon])
    app.get(one.path, { schema: { hide: true } }, (request, reply) =>
      send(request, reply, one, 'public, max-age=31536000, immutable'),
    );
}

async function bundle(entry: string, type: string): Promise<Asset> {
  const result = await built(entry);
  const [name, extension] = entry.replace('.ts', '.js').split('.') as [string, string];
  return asset(name, extension, type, Buffer.from(result.outputFiles[0]!.contents));
}

let building = 0;

async function built(entry: string): Promise<BuildResult<{ write: false }>> {
  building++;
  try {
    return await buildOnce(entry);
  } finally {
    building--;
    // Its process would stay, with some 60 MiB, for a page that is built once.
    if (building === 0) await stop();
  }
}

const buildOnce = (entry: string): Promise<BuildResult<{ write: false }>> =>
  build({
    entryPoints: [`${folder}${entry}`],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'silent',
    // The build of MapLibre that takes its worker from an address instead of making it from text.
    ...(entry.endsWith('.ts') && { alias: { 'maplibre-gl': 'maplibre-gl/dist/maplibre-gl-csp.js' } }),
  });

function asset(name: string, extension: string, type: string, body: Buffer): Asset {
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 16);
  return {
    path: `/assets/${name}-${hash}.${extension}`,
    type: `${type}; charset=utf-8`,
    etag: `"${hash}"`,
    body,
    zipped: gzipSync(body),
  };
}

function send(request: FastifyRequest, reply: FastifyReply, one: Asset, caching: string): FastifyReply {
  reply
    .header('cache-control', caching)
    .header('etag', one.etag)
    .header('vary', 'accept-encoding')
    .header('x-content-type-options', 'nosniff')
    .type(one.type);
  if (request.headers['if-none-match']?.includes(one.etag)) return reply.code(304).send();
  if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return reply.send(one.body);
  return reply.header('content-encoding', 'gzip').send(one.zipped);
}
