import { beforeEach, describe, expect, it } from 'vitest';
import { type ModelFile, modelBytesMost, writeModelFile } from '#domain/forecast/model-file.ts';
import { idleModel } from '#domain/forecast/small-model.ts';
import { embeddedIds } from '#schemas/registry.ts';
import { forecastModels } from '#schemas/topics.ts';
import { createTestCity, eight, type TestCity } from './city-fixture.ts';
import { follow } from './follow.ts';

let city: TestCity;
beforeEach(async () => {
  city = await createTestCity();
});

const post = (payload: Uint8Array, type = 'application/octet-stream') =>
  city.app.inject({
    method: 'POST',
    url: '/v1/forecasts/models',
    headers: { 'content-type': type },
    payload: Buffer.from(payload),
  });
const bytesOf = (different: Partial<ModelFile> = {}): Uint8Array =>
  writeModelFile({ ...idleModel('link', 2), ...different });

describe('POST /v1/forecasts/models', () => {
  it('gives a model to the forecasters of every district, byte for byte', async () => {
    const bytes = bytesOf();
    const answer = await post(bytes);
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toEqual({
      name: expect.stringMatching(/^link-2026-05-31-[0-9a-f]{8}$/),
      ...{ subject: 'link', at: '2026-01-05T08:00:00.000Z', lastDay: '2026-05-31' },
      ...{ sensors: 3, districts: ['D1', 'D2'] },
    });
    const handed: unknown[] = [];
    await follow(city.log, forecastModels, embeddedIds, (one) => handed.push(one)).caughtUp();
    const said = { subject: 'link', name: answer.json().name, at: eight, sequence: eight };
    expect(handed).toHaveLength(2);
    for (const district of ['D1', 'D2'])
      expect(handed).toContainEqual({ ...said, district, model: Buffer.from(bytes) });
  });

  it.each([
    ['no model', Buffer.from('{}'), 400, 'body: not the file of a model'],
    ['a part of one', bytesOf().subarray(0, 5000), 400, 'a whole copy of the file would be right'],
    ['too long', new Uint8Array(modelBytesMost + 1), 400, `at most ${modelBytesMost} would be right`],
    ['another span', bytesOf({ span: 90 }), 422, 'learned values up to 90; 300 km/h would be right'],
    ['another subject', bytesOf({ subject: 'parking' }), 422, '3, 6, 12 ticks of 300 s would be right'],
  ])('refuses what the forecasters cannot use: %s', async (_, bytes, status, detail) => {
    const answer = await post(bytes);
    expect(answer.statusCode).toBe(status);
    expect(answer.json().detail).toContain(detail);
    expect(await city.log.bounds(forecastModels.name, 0)).toEqual({ first: 0, next: 0 });
  });

  it('takes bytes only', async () => {
    expect((await post(Buffer.from('{}'), 'application/json')).json().detail).toContain(
      'its bytes would be right',
    );
    expect((await post(new Uint8Array(4 * modelBytesMost))).statusCode).toBe(413);
  });
});
