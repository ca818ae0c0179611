/** What every event log promises, whatever it is made of. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ArterialError } from './errors.ts';
import type { EventLog, LogRecord, RecordBatch } from './log.ts';
import { partitionOf } from './partitioner.ts';

export interface OpenedLog {
  readonly log: EventLog;
  /** Closes the log and opens it again on the same data; absent where nothing is kept. */
  readonly reopen?: () => Promise<EventLog>;
  /** Removes what the test has left. */
  readonly dispose?: () => Promise<void>;
}

const record = (key: string, value: string | Buffer): LogRecord => ({ key, value: Buffer.from(value) });

const valuesOf = (batch: RecordBatch): string[] =>
  Array.from({ length: batch.count }, (_, i) =>
    batch.bytes.toString('utf8', batch.valueStarts[i], batch.valueEnds[i]),
  );

/** All values from `position` on, read batch by batch. */
async function readAll(
  log: EventLog,
  topic: string,
  partition: number,
  position = 0,
  maxBytes = 65536,
): Promise<string[]> {
  const values: string[] = [];
  for (let next = position; ; ) {
    const batch = await log.read(topic, partition, next, maxBytes);
    if (!batch) return values;
    expect(batch.count).toBeGreaterThan(0);
    expect(batch.nextPosition).toBeGreaterThan(next);
    values.push(...valuesOf(batch));
    next = batch.nextPosition;
  }
}

const codeOf = async (work: Promise<unknown>): Promise<unknown> => {
  const failure = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  return failure instanceof ArterialError ? failure.code : failure;
};

/** Calls for an event log that may hold topics of earlier tests. */
export function describeEventLog(name: string, open: () => Promise<OpenedLog>): void {
  describe(name, () => {
    let opened: OpenedLog;
    let log: EventLog;
    let topic: string;

    beforeEach(async () => {
      opened = await open();
      log = opened.log;
      topic = `contract.${randomUUID()}.v1`;
    });
    afterEach(async () => {
      await log.close();
      await opened.dispose?.();
    });

    describe('topics', () => {
      it('have the partitions they were made with', async () => {
        await log.createTopic(topic, 3);
        expect(await log.partitions(topic)).toBe(3);
      });

      it('made again, by several at once, stay as they were made first', async () => {
        await log.createTopic(topic, 3);
        await log.appendTo(topic, 2, [record('a', 'kept')]);
        await Promise.all([log.createTopic(topic, 3), log.createTopic(topic, 5), log.createTopic(topic, 1)]);
        expect(await log.partitions(topic)).toBe(3);
        expect(await readAll(log, topic, 2)).toEqual(['kept']);
      });

      it('that were never made are an operating error', async () => {
        expect(await codeOf(log.partitions(topic))).toBe('log.unavailable');
        expect(await codeOf(log.append(topic, [record('a', '1')]))).toBe('log.unavailable');
        expect(await codeOf(log.read(topic, 0, 0, 1000))).toBe('log.unavailable');
      });

      it('begin empty', async () => {
        await log.createTopic(topic, 1);
        expect(await log.bounds(topic, 0)).toEqual({ first: 0, next: 0 });
        expect(await log.read(topic, 0, 0, 1000)).toBeUndefined();
      });
    });

    describe('records', () => {
      it('of one key stand in one partition, the one that murmur2 names, in the order of appending', async () => {
        await log.createTopic(topic, 4);
        const keys = Array.from({ length: 20 }, (_, i) => `site-${i}`);
        for (let round = 0; round < 3; round++)
          await log.append(
            topic,
            keys.map((key) => record(key, `${key}:${round}`)),
          );
        for (let partition = 0; partition < 4; partition++) {
          const expected = keys.filter((key) => partitionOf(key, 4) === partition);
          const values = await readAll(log, topic, partition);
          expect(values).toEqual([0, 1, 2].flatMap((round) => expected.map((key) => `${key}:${round}`)));
        }
      });

      it('appended at once by many keep the order in which each key was given', async () => {
        await log.createTopic(topic, 2);
        const appends: Promise<void>[] = [];
        for (let n = 0; n < 50; n++)
          for (const key of ['a', 'b', 'c']) appends.push(log.append(topic, [record(key, `${key}${n}`)]));
        await Promise.all(appends);
        for (const key of ['a', 'b', 'c']) {
          const values = await readAll(log, topic, partitionOf(key, 2));
          const own = values.filter((value) => value.startsWith(key));
          expect(own).toEqual(Array.from({ length: 50 }, (_, n) => `${key}${n}`));
        }
      });

      it('appended to a partition stand there, whatever their key', async () => {
        await log.createTopic(topic, 4);
        for (let partition = 0; partition < 4; partition++)
          await log.appendTo(topic, partition, [record('same', `to ${partition}`)]);
        for (let partition = 0; partition < 4; partition++)
          expect(await readAll(log, topic, partition)).toEqual([`to ${partition}`]);
      });

      it('come back byte by byte, be they of no byte or of a million', async () => {
        await log.createTopic(topic, 1);
        const large = Buffer.alloc(1_000_000);
        for (let i = 0; i < large.length; i++) large[i] = (i * 31 + (i >> 8)) & 0xff;
        await log.append(topic, [
          record('a', ''),
          record('a', large),
          record('', 'after'),
          record('路口', '绿'),
        ]);
        const seen: Buffer[] = [];
        for (let next = 0; ; ) {
          const batch = await log.read(topic, 0, next, 1000);
          if (!batch) break;
          for (let i = 0; i < batch.count; i++)
            seen.push(Buffer.from(batch.bytes.subarray(batch.valueStarts[i], batch.valueEnds[i])));
          next = batch.nextPosition;
        }
        expect(seen.map((value) => value.length)).toEqual([0, 1_000_000, 5, 3]);
        expect(seen[1]?.equals(large)).toBe(true);
        expect(seen[3]?.toString()).toBe('绿');
      });

      it('are not read from a buffer that the appender may use again', async () => {
        await log.createTopic(topic, 1);
        const value = Buffer.from('first');
        const appending = log.append(topic, [{ key: 'a', value }]);
        await appending;
        value.write('other');
        expect(await readAll(log, topic, 0)).toEqual(['first']);
      });

      it('of an empty append are none', async () => {
        await log.createTopic(topic, 1);
        await log.append(topic, []);
        await log.appendTo(topic, 0, []);
        expect(await log.read(topic, 0, 0, 1000)).toBeUndefined();
      });
    });

    describe('positions', () => {
      it('grow, lie within the bounds, and lead to the same records again', async () => {
        await log.createTopic(topic, 1);
        const sent = Array.from({ length: 200 }, (_, n) => `value ${n}`);
        for (let n = 0; n < 200; n += 20)
          await log.append(
            topic,
            sent.slice(n, n + 20).map((value) => record('k', value)),
          );
        const { first, next } = await log.bounds(topic, 0);
        const positions: number[] = [];
        for (let at = first; ; ) {
          const batch = await log.read(topic, 0, at, 500);
          if (!batch) break;
          positions.push(...batch.positions);
          at = batch.nextPosition;
        }
        expect(positions).toHaveLength(200);
        expect(positions).toEqual([...positions].sort((a, b) => a - b));
        expect(positions[0]).toBeGreaterThanOrEqual(first);
        expect(positions.at(-1)).toBeLessThan(next);
        for (const i of [0, 1, 7, 99, 198, 199]) {
          const batch = await log.read(topic, 0, positions[i] as number, 1);
          expect(batch && valuesOf(batch)[0]).toBe(`value ${i}`);
        }
      });

      it('at the end give nothing, and what comes next when it comes', async () => {
        await log.createTopic(topic, 1);
        await log.append(topic, [record('a', '1')]);
        const { next } = await log.bounds(topic, 0);
        expect(await log.read(topic, 0, next, 1000)).toBeUndefined();
        await log.append(topic, [record('a', '2')]);
        expect(await readAll(log, topic, 0, next)).toEqual(['2']);
      });

      it('outside the bounds are an operating error, not silence', async () => {
        await log.createTopic(topic, 1);
        await log.append(topic, [record('a', '1')]);
        const { next } = await log.bounds(topic, 0);
        expect(await codeOf(log.read(topic, 0, next + 10, 1000))).toBe('log.position');
        expect(await codeOf(log.read(topic, 0, -1, 1000))).toBe('log.position');
      });
    });

    describe('a batch', () => {
      it('holds about as many bytes as were asked for', async () => {
        await log.createTopic(topic, 1);
        await log.append(
          topic,
          Array.from({ length: 300 }, () => record('a', 'x'.repeat(200))),
        );
        const small = await log.read(topic, 0, 0, 2_000);
        const large = await log.read(topic, 0, 0, 20_000);
        expect(small?.count).toBeGreaterThanOrEqual(5);
        expect(small?.count).toBeLessThanOrEqual(11);
        expect(large?.count).toBeGreaterThanOrEqual(60);
        expect(large?.count).toBeLessThanOrEqual(101);
      });

      it('holds one record at least, however few bytes were asked for', async () => {
        await log.createTopic(topic, 1);
        await log.append(topic, [record('a', 'x'.repeat(5000)), record('a', 'y')]);
        const batch = await log.read(topic, 0, 0, 1);
        expect(batch?.count).toBe(1);
        expect(batch && valuesOf(batch)[0]).toBe('x'.repeat(5000));
      });

      it('says where it is from', async () => {
        await log.createTopic(topic, 2);
        await log.appendTo(topic, 1, [record('a', '1')]);
        expect(await log.read(topic, 1, 0, 100)).toMatchObject({ topic, partition: 1, count: 1 });
      });
    });

    describe('waiting for a partition', () => {
      it('ends when something is appended, and not before', async () => {
        await log.createTopic(topic, 2);
        await log.appendTo(topic, 0, [record('a', 'before')]);
        const { next } = await log.bounds(topic, 0);
        const { signal } = new AbortController();
        let woken = false;
        const waiting = log.appended(topic, 0, next, signal).then(() => {
          woken = true;
        });
        await log.appendTo(topic, 1, [record('a', 'elsewhere')]);
        expect(woken).toBe(false);
        await log.appendTo(topic, 0, [record('a', 'here')]);
        await waiting;
        expect(await readAll(log, topic, 0, next)).toEqual(['here']);
      });

      it('wakes all who wait', async () => {
        await log.createTopic(topic, 1);
        const { signal } = new AbortController();
        const waiting = [1, 2, 3].map(() => log.appended(topic, 0, 0, signal));
        await log.append(topic, [record('a', '1')]);
        await Promise.all(waiting);
      });

      it('is over at once when the record is already there', async () => {
        await log.createTopic(topic, 1);
        await log.append(topic, [record('a', '1')]);
        await log.appended(topic, 0, 0, new AbortController().signal);
      });

      it('ends without an error when the signal aborts, before or during', async () => {
        await log.createTopic(topic, 1);
        const abort = new AbortController();
        const waiting = log.appended(topic, 0, 0, abort.signal);
        abort.abort();
        await waiting;
        await log.appended(topic, 0, 0, abort.signal);
      });
    });

    it('refuses work once it is closed, and may be closed twice', async () => {
      await log.createTopic(topic, 1);
      await log.close();
      await log.close();
      expect(await codeOf(log.append(topic, [record('a', '1')]))).toBe('log.unavailable');
    });

    it('holds after reopening all that was appended, in place, and goes on behind it', async () => {
      if (!opened.reopen) return;
      await log.createTopic(topic, 2);
      for (let n = 0; n < 30; n++) await log.appendTo(topic, n % 2, [record('a', `${n}`)]);
      const before = await log.read(topic, 1, 0, 1e6);
      const bounds = await log.bounds(topic, 1);
      log = await opened.reopen();
      expect(await log.partitions(topic)).toBe(2);
      expect(await log.bounds(topic, 1)).toEqual(bounds);
      const after = await log.read(topic, 1, 0, 1e6);
      expect(after && valuesOf(after)).toEqual(before && valuesOf(before));
      expect(after?.positions).toEqual(before?.positions);
      await log.appendTo(topic, 1, [record('a', 'later')]);
      expect(await readAll(log, topic, 1, bounds.next)).toEqual(['later']);
    });
  });
}
