import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestCity, type TestCity } from '#api/city-fixture.ts';
import { writeModelFile } from '#domain/forecast/model-file.ts';
import { idleModel } from '#domain/forecast/small-model.ts';
import { forecastModels } from '#schemas/topics.ts';
import { publishModel } from './publish.ts';

let city: TestCity;
let address: string;
beforeEach(async () => {
  city = await createTestCity();
  address = await city.app.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(() => city.app.close());

it('hands a model in, and says who has it', async () => {
  const said = await publishModel(address, writeModelFile(idleModel('parking')));
  expect(said).toMatch(/^parking-2026-05-31-[0-9a-f]{8} is with the forecasters of 2 districts$/);
  const ends = await Promise.all([0, 1].map((partition) => city.log.bounds(forecastModels.name, partition)));
  expect(ends.reduce((sum, { next }) => sum + next, 0)).toBe(2);
});

it('says why a city does not take it, and when there is no city', async () => {
  const bytes = writeModelFile({ ...idleModel(), span: 90 });
  await expect(publishModel(address, bytes)).rejects.toThrow('300 km/h would be right');
  await city.app.close();
  await expect(publishModel(address, bytes)).rejects.toMatchObject({ code: 'api.unreachable' });
});
