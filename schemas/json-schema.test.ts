import { describe, expect, it } from 'vitest';
import { jsonSchemaOf } from './json-schema.ts';

describe('the JSON Schema of a frame', () => {
  const schema = jsonSchemaOf('detector.frame.v1') as {
    properties: Record<string, unknown>;
    required: string[];
  };

  it('says what a reading is, in which range, and what may be left out', () => {
    expect(schema.required).toEqual(['site', 'cabinet', 'sequence', 'at', 'intervalSeconds', 'readings']);
    expect(schema.properties['readings']).toMatchObject({
      type: 'array',
      items: {
        required: ['detector'],
        additionalProperties: false,
        properties: { occupancyPermille: { type: 'integer', minimum: 0, maximum: 1000 } },
      },
    });
  });

  it('gives times as RFC 3339 and every field its meaning', () => {
    expect(schema.properties['at']).toEqual({
      type: 'string',
      format: 'date-time',
      description: 'End of the interval.',
    });
  });
});
