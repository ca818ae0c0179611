import { createHash } from 'node:crypto';
import { type Static, Type } from 'typebox';
import type { Network, Position } from '#domain/network.ts';
import { pointBeforeEnd } from '#domain/place.ts';
import type { Routes } from '../context.ts';
import { problems } from '../problem.ts';
import { NoQuery } from '../shapes.ts';

const Layer = (geometry: 'Point' | 'LineString', what: string, properties: string) =>
  Type.Object(
    {
      type: Type.Literal('FeatureCollection'),
      features: Type.Array(
        Type.Object({
          type: Type.Literal('Feature'),
          id: Type.String(),
          geometry: Type.Object({
            type: Type.Literal(geometry),
            coordinates:
              geometry === 'Point' ? Type.Array(Type.Number()) : Type.Array(Type.Array(Type.Number())),
          }),
          properties: Type.Object({}, { additionalProperties: true, description: properties }),
        }),
      ),
    },
    { description: `${what}; GeoJSON, longitude before latitude, WGS 84` },
  );

const NetworkShape = Type.Object(
  {
    name: Type.String({ description: 'Name of the city.' }),
    timeZone: Type.String({
      description: 'IANA time zone, for people only: times here are UTC; Europe/Copenhagen',
    }),
    districts: Type.Array(Type.Object({ district: Type.String(), name: Type.String() })),
    bounds: Type.Array(Type.Number(), {
      description: 'West, south, east, north, degrees; 10.1, 56.1, 10.3, 56.2',
    }),
    layers: Type.Object({
      links: Layer(
        'LineString',
        'Roads',
        'link, name, from, to, lanes, lengthMeters, freeFlowKph, capacityVph, district',
      ),
      intersections: Layer('Point', 'Signalised intersections', 'intersection, name, node, district'),
      detectors: Layer('Point', 'Detectors', 'detector, link, role, firstLane, lastLane, toStopBarMeters'),
      cameras: Layer('Point', 'Cameras', 'camera, link'),
      facilities: Layer('Point', 'Car parks', 'facility, name, kind, capacitySpaces, district'),
      stations: Layer('Point', 'Weather stations', 'station, name, link, district'),
    }),
  },
  { title: 'Network', description: 'The road network and what stands on it' },
);

/** The network as one document; it does not change while the server runs. */
export const networkRoutes: Routes =
  ({ network }) =>
  async (app) => {
    const body = JSON.stringify(presentNetwork(network));
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;

    app.get(
      '/v1/network',
      {
        schema: {
          tags: ['network'],
          summary: 'The road network and what stands on it, as GeoJSON by layers',
          description: 'Carries an ETag; with If-None-Match the answer is 304 and empty.',
          querystring: NoQuery,
          response: {
            200: NetworkShape,
            304: Type.Null({ description: 'The document is the one that the client has.' }),
            ...problems(400),
          },
        },
      },
      async (request, reply) => {
        reply.header('etag', etag).header('cache-control', 'no-cache');
        const known = (request.headers['if-none-match'] ?? '')
          .split(',')
          .map((tag) => tag.trim().replace(/^W\//, ''));
        if (known.includes(etag) || known.includes('*'))
          return reply.status(304).send(undefined as unknown as null);
        // Made once and sent as it is, past the serialiser.
        return reply
          .header('content-type', 'application/json; charset=utf-8')
          .serializer((text: unknown) => text as string)
          .send(body as unknown as Static<typeof NetworkShape>);
      },
    );
  };

const collection = (features: readonly object[]) => ({ type: 'FeatureCollection', features });

const point = (id: string, coordinates: Position, properties: object) => ({
  type: 'Feature',
  id,
  geometry: { type: 'Point', coordinates },
  properties,
});

function presentNetwork(network: Network) {
  const { links, intersections, detectors, cameras, facilities, stations, districts } = network;
  return {
    name: network.name,
    timeZone: network.timeZone,
    districts: [...districts.values()].map(({ id, name }) => ({ district: id, name })),
    bounds: boundsOf(network),
    layers: {
      links: collection(
        [...links.values()].map(({ id, geometry, site: _, ...rest }) => ({
          type: 'Feature',
          id,
          geometry: { type: 'LineString', coordinates: geometry },
          properties: { link: id, ...rest },
        })),
      ),
      intersections: collection(
        [...intersections.values()].map(({ id, name, node, district, position }) =>
          point(id, position, { intersection: id, name, node, district }),
        ),
      ),
      detectors: collection(
        [...detectors.values()].map(({ id, link, role, firstLane, lastLane, toStopBarMeters }) =>
          point(id, pointBeforeEnd(links.get(link)?.geometry ?? [[0, 0]], toStopBarMeters), {
            detector: id,
            link,
            role,
            firstLane,
            lastLane,
            toStopBarMeters,
          }),
        ),
      ),
      cameras: collection(
        [...cameras.values()].map(({ id, link, position }) => point(id, position, { camera: id, link })),
      ),
      facilities: collection(
        [...facilities.values()].map(({ id, name, kind, capacitySpaces, district, position }) =>
          point(id, position, { facility: id, name, kind, capacitySpaces, district }),
        ),
      ),
      stations: collection(
        [...stations.values()].map(({ id, name, link, district, position }) =>
          point(id, position, { station: id, name, link, district }),
        ),
      ),
    },
  };
}

/** West, south, east, north of everything that is drawn. */
function boundsOf({ nodes, links, facilities, stations }: Network): number[] {
  const bounds = [180, 90, -180, -90] as [number, number, number, number];
  const include = ([longitude, latitude]: Position): void => {
    bounds[0] = Math.min(bounds[0], longitude);
    bounds[1] = Math.min(bounds[1], latitude);
    bounds[2] = Math.max(bounds[2], longitude);
    bounds[3] = Math.max(bounds[3], latitude);
  };
  for (const { position } of nodes.values()) include(position);
  for (const { geometry } of links.values()) geometry.forEach(include);
  for (const { position } of facilities.values()) include(position);
  for (const { position } of stations.values()) include(position);
  return bounds;
}
