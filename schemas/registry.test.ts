import { describe, expect, it } from 'vitest';
import { readSchemas } from './generate.ts';
import { embeddedIds, schemaIdTable, topicNamed } from './registry.ts';
import { derivedTopics, rawTopics } from './topics.ts';

describe('the schema ids', () => {
  it('name every schema in schemas/avro and nothing else', () => {
    expect(
      Object.keys(schemaIdTable).sort(),
      'give a new schema the next number in schemaIdTable; never take a number away',
    ).toEqual([...readSchemas().keys()].sort());
  });

  it('are those that the logs already hold', () => {
    // Written out once more on purpose: a record in a log is read by its number, so a number never moves.
    expect(Object.entries(schemaIdTable).slice(0, 20)).toEqual([
      ['heartbeat.v1', 1],
      ['detector.frame.v1', 2],
      ['camera.observation.v1', 3],
      ['signal.event.v1', 4],
      ['parking.event.v1', 5],
      ['environment.reading.v1', 6],
      ['citizen.report.v1', 7],
      ['driver.subscription.v1', 8],
      ['signal.acknowledgement.v1', 9],
      ['link.state.v1', 10],
      ['intersection.performance.v1', 11],
      ['incident.v1', 12],
      ['parking.state.v1', 13],
      ['link.forecast.v1', 14],
      ['parking.forecast.v1', 15],
      ['signal.recommendation.v1', 16],
      ['notification.v1', 17],
      ['rejected.v1', 18],
      ['forecast.accuracy.v1', 19],
      ['forecast.model.v1', 20],
    ]);
  });

  it('are all different and fit the four bytes of the frame', () => {
    const ids = Object.values(schemaIdTable);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => Number.isInteger(id) && id > 0 && id < 2 ** 32)).toBe(true);
  });

  it('answer for every topic and for the heartbeat', () => {
    expect(embeddedIds.heartbeat).toBe(1);
    for (const topic of [...rawTopics, ...derivedTopics])
      expect(embeddedIds.id(topic.name)).toBe(schemaIdTable[topic.name]);
  });

  it('are not the names that every object has', () => {
    expect(() => embeddedIds.id('toString')).toThrow('no schema toString');
  });

  it('say which schemas there are when asked for another', () => {
    expect(() => embeddedIds.id('detector.frame.v9')).toThrow(
      /no schema detector\.frame\.v9; one of heartbeat\.v1/,
    );
  });
});

describe('topicNamed', () => {
  it('finds raw and derived topics, and nothing that is not one', () => {
    for (const topic of [...rawTopics, ...derivedTopics]) expect(topicNamed(topic.name)).toBe(topic);
    expect(topicNamed('heartbeat.v1')).toBeUndefined();
    expect(topicNamed('toString')).toBeUndefined();
  });
});
