import { expect, it } from 'vitest';
import { loadRdkafka } from './rdkafka-module.ts';

it('says which command adds node-rdkafka where it is missing', async () => {
  await expect(loadRdkafka('node-rdkafka-that-nobody-has')).rejects.toMatchObject({
    code: 'config.invalid',
    message:
      'ARTERIAL_KAFKA_CLIENT is rdkafka, but node-rdkafka is not installed; npm run add-rdkafka adds it',
  });
});

it('tells one that is there but does not load from one that is missing', async () => {
  const broken = `data:text/javascript,throw new Error('built for another Node')`;
  await expect(loadRdkafka(broken)).rejects.toMatchObject({
    code: 'config.invalid',
    message: expect.stringMatching(
      /cannot be loaded; npm run add-rdkafka builds it: built for another Node$/,
    ),
  });
});
