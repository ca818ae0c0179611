import { spawn, spawnSync } from 'node:child_process';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { type EmbeddedLogOptions, openEmbeddedLog } from './embedded-log.ts';
import type { ArterialError } from './errors.ts';
import { describeEventLog } from './log.contract.ts';
import type { EventLog, LogRecord } from './log.ts';

const folders: string[] = [];

const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'arterial-log-'));
  folders.push(folder);
  return folder;
};

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const openIn = (options: EmbeddedLogOptions) => async () => {
  const folder = newFolder();
  let log = await openEmbeddedLog(folder, options);
  const reopen = async (): Promise<EventLog> => {
    await log.close();
    log = await openEmbeddedLog(folder, options);
    return log;
  };
  return { log, reopen };
};

describeEventLog('the embedded log', openIn({}));
describeEventLog('the embedded log in segments of a few records', openIn({ segmentBytes: 300 }));

const topic = 'detector.frame.v1';
const record = (value: string): LogRecord => ({ key: 'site-1', value: Buffer.from(value) });
const segmentIn = (folder: string, name = '0000000000000000.log'): string => join(folder, topic, '0', name);

/** A log of one partition with the given writes in it, closed again. */
async function written(writes: readonly (readonly string[])[], options: EmbeddedLogOptions = {}) {
  const folder = newFolder();
  const log = await openEmbeddedLog(folder, options);
  await log.createTopic(topic, 1);
  for (const write of writes) await log.append(topic, write.map(record));
  await log.close();
  return folder;
}

async function valuesIn(log: EventLog, maxBytes = 1e6): Promise<string[]> {
  const values: string[] = [];
  for (let next = (await log.bounds(topic, 0)).first; ; ) {
    const batch = await log.read(topic, 0, next, maxBytes);
    if (!batch) return values;
    for (let i = 0; i < batch.count; i++)
      values.push(batch.bytes.toString('utf8', batch.valueStarts[i], batch.valueEnds[i]));
    next = batch.nextPosition;
  }
}

const failureOf = (work: Promise<unknown>): Promise<ArterialError> =>
  work.then(
    () => expect.unreachable('it went well'),
    (failure: unknown) => failure as ArterialError,
  );

describe('a write that a crash cut short', () => {
  it('is taken back, wherever in its last record it was cut', async () => {
    const folder = await written([['first', 'second'], ['the last record']]);
    const segment = segmentIn(folder);
    const whole = readFileSync(segment);
    const lastBytes = 12 + 'site-1'.length + 'the last record'.length;
    for (let kept = whole.length - lastBytes; kept < whole.length; kept++) {
      writeFileSync(segment, whole.subarray(0, kept));
      const log = await openEmbeddedLog(folder);
      expect(await log.bounds(topic, 0)).toEqual({ first: 0, next: 2 });
      await log.append(topic, [record(`after ${kept}`)]);
      expect(await valuesIn(log)).toEqual(['first', 'second', `after ${kept}`]);
      await log.close();
      const again = await openEmbeddedLog(folder);
      expect(await valuesIn(again)).toEqual(['first', 'second', `after ${kept}`]);
      await again.close();
    }
  });

  it('is taken back from its first damaged record on, though later ones of the same write are whole', async () => {
    const folder = await written([['durable'], ['torn', 'whole', 'whole too']]);
    const bytes = readFileSync(segmentIn(folder));
    bytes.fill(0, bytes.indexOf('torn') - 10, bytes.indexOf('torn') + 4);
    writeFileSync(segmentIn(folder), bytes);
    const log = await openEmbeddedLog(folder);
    expect(await valuesIn(log)).toEqual(['durable']);
    // As long as the damaged one, so that what stood behind that would now stand behind this.
    await log.append(topic, [record('next')]);
    await log.close();
    const again = await openEmbeddedLog(folder);
    expect(await valuesIn(again)).toEqual(['durable', 'next']);
    await again.close();
  });

  it('that had only begun a new segment leaves the log as it was', async () => {
    const folder = await written([['a'.repeat(80)], ['b'.repeat(80)]], { segmentBytes: 100 });
    truncateSync(segmentIn(folder, '0000000000000001.log'), 0);
    const log = await openEmbeddedLog(folder, { segmentBytes: 100 });
    expect(await valuesIn(log)).toEqual(['a'.repeat(80)]);
    await log.append(topic, [record('c')]);
    expect(await valuesIn(log)).toEqual(['a'.repeat(80), 'c']);
    await log.close();
  });
});

describe('damage', () => {
  it('to any byte of what was durable is found when the log is opened, and its place is named', async () => {
    const folder = await written([['one', 'two'], ['three'], ['four']]);
    const whole = readFileSync(segmentIn(folder));
    const lastWrite = whole.length - (12 + 'site-1'.length + 'four'.length);
    const starts = [0, 21, 42];
    for (let at = 0; at < lastWrite; at++) {
      const bytes = Buffer.from(whole);
      bytes[at]! ^= 0x10;
      writeFileSync(segmentIn(folder), bytes);
      const failure = await failureOf(openEmbeddedLog(folder));
      expect(failure.code).toBe('log.corrupt');
      const start = starts.findLast((each) => each <= at);
      expect(failure.message).toContain(segmentIn(folder));
      expect(failure.message).toContain(`at byte ${start} `);
    }
  });

  it('that happens while the log is open is found when it is read', async () => {
    const folder = await written([['one', 'two', 'three']]);
    const log = await openEmbeddedLog(folder);
    const bytes = readFileSync(segmentIn(folder));
    bytes[bytes.indexOf('two')]! ^= 1;
    writeFileSync(segmentIn(folder), bytes);
    const failure = await failureOf(log.read(topic, 0, 0, 1e6));
    expect(failure.code).toBe('log.corrupt');
    expect(failure.message).toContain('at byte 21 ');
    expect((await log.read(topic, 0, 0, 1))?.count).toBe(1);
    await log.close();
  });

  it('to an older segment is found when that is read', async () => {
    const folder = await written([['a'.repeat(80)], ['b'.repeat(80)]], { segmentBytes: 100 });
    truncateSync(segmentIn(folder), 90);
    const log = await openEmbeddedLog(folder);
    expect((await failureOf(log.read(topic, 0, 0, 1e6))).code).toBe('log.corrupt');
    expect((await log.read(topic, 0, 1, 1e6))?.count).toBe(1);
    await log.close();
  });

  it('by an older segment that ends with a whole record too early is found as well', async () => {
    const folder = await written([['a'.repeat(30), 'b'.repeat(30)], ['c'.repeat(30)]], { segmentBytes: 100 });
    truncateSync(segmentIn(folder), 48);
    const log = await openEmbeddedLog(folder);
    expect((await failureOf(log.read(topic, 0, 0, 1e6))).code).toBe('log.corrupt');
    await log.close();
  });
});

describe('segments', () => {
  it('begin anew at their size and are read as one', async () => {
    const values = Array.from({ length: 100 }, (_, n) => `value ${n}`);
    const folder = await written(
      values.map((value) => [value]),
      { segmentBytes: 200 },
    );
    const files = readdirSync(join(folder, topic, '0'));
    expect(files.length).toBeGreaterThan(10);
    for (const file of files) expect(statSync(segmentIn(folder, file)).size).toBeLessThanOrEqual(200);
    const log = await openEmbeddedLog(folder, { segmentBytes: 200 });
    expect(await valuesIn(log)).toEqual(values);
    expect(await valuesIn(log, 1)).toEqual(values);
    await log.close();
  });

  it('lead from any position to its record, in any order of asking', async () => {
    const values = Array.from({ length: 3000 }, (_, n) => `${n}:${'x'.repeat((n * 37) % 120)}`);
    const writes = Array.from({ length: 30 }, (_, i) => values.slice(i * 100, i * 100 + 100));
    const folder = await written(writes, { segmentBytes: 70_000 });
    const log = await openEmbeddedLog(folder, { segmentBytes: 70_000 });
    const position = fc.integer({ min: 0, max: 2999 });
    await fc.assert(
      fc.asyncProperty(position, fc.integer({ min: 1, max: 50_000 }), async (at, maxBytes) => {
        const batch = await log.read(topic, 0, at, maxBytes);
        const last = (batch?.count ?? 0) - 1;
        expect(batch?.positions[last]).toBe(at + last);
        expect(batch?.bytes.toString('utf8', batch.valueStarts[last], batch.valueEnds[last])).toBe(
          values[at + last],
        );
      }),
      { numRuns: 300 },
    );
    await log.close();
  });

  it('that an operator has removed move the first position', async () => {
    const folder = await written([['a'.repeat(80)], ['b'.repeat(80)]], { segmentBytes: 100 });
    rmSync(segmentIn(folder));
    const log = await openEmbeddedLog(folder);
    expect(await log.bounds(topic, 0)).toEqual({ first: 1, next: 2 });
    expect((await failureOf(log.read(topic, 0, 0, 100))).code).toBe('log.position');
    expect(await valuesIn(log)).toEqual(['b'.repeat(80)]);
    await log.close();
  });
});

describe('the folder of a log', () => {
  it('is refused to a second opener and free again after closing', async () => {
    const folder = newFolder();
    const log = await openEmbeddedLog(folder);
    const failure = await failureOf(openEmbeddedLog(folder));
    expect(failure.code).toBe('log.unavailable');
    expect(failure.message).toContain(String(process.pid));
    await log.close();
    await (await openEmbeddedLog(folder)).close();
  });

  it('is refused while another process has it, and taken over once that one has died', async () => {
    const folder = newFolder();
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const ended = new Promise((resolve) => other.once('exit', resolve));
    writeFileSync(join(folder, 'lock'), `${other.pid} `);
    expect((await failureOf(openEmbeddedLog(folder))).code).toBe('log.unavailable');
    other.kill('SIGKILL');
    await ended;
    await (await openEmbeddedLog(folder)).close();
  });

  it('is taken over when the number of the dead owner was given to another process', async () => {
    const folder = newFolder();
    // The parent lives, but did not begin at that tick.
    writeFileSync(join(folder, 'lock'), `${process.ppid} 123456789`);
    if (process.platform === 'linux') await (await openEmbeddedLog(folder)).close();
    writeFileSync(join(folder, 'lock'), `${process.pid} 1`);
    await (await openEmbeddedLog(folder)).close();
  });

  it('keeps nothing of a topic whose making was cut short', async () => {
    const folder = await written([['kept']]);
    spawnSync('mkdir', ['-p', join(folder, '.half.made.v1', '0')]);
    const log = await openEmbeddedLog(folder);
    expect((await failureOf(log.partitions('half.made.v1'))).code).toBe('log.unavailable');
    expect(readdirSync(folder).sort()).toEqual([topic, 'lock']);
    await log.createTopic('half.made.v1', 2);
    expect(await log.partitions('half.made.v1')).toBe(2);
    await log.close();
  });

  it('cannot be left by the name of a topic', async () => {
    const log = await openEmbeddedLog(newFolder());
    for (const name of ['../outside', 'a/b', '', '.hidden', 'lock file'])
      await expect(log.createTopic(name, 1)).rejects.toThrow(RangeError);
    await log.close();
  });
});

describe('a failed write', () => {
  it('appends nothing, wakes nobody, and the next one is as if it had not been', async () => {
    const folder = newFolder();
    const log = await openEmbeddedLog(folder, { segmentBytes: 100 });
    await log.createTopic(topic, 1);
    await log.append(topic, [record('a'.repeat(80))]);
    // Where the next segment would be, something is in the way.
    const place = segmentIn(folder, '0000000000000001.log');
    spawnSync('mkdir', [place]);
    const first = failureOf(log.append(topic, [record('b')]));
    // The first is on its way to the disk by then, and nothing has come back from there.
    for (let turn = 0; turn < 50; turn++) await undefined;
    const failures = await Promise.all([first, failureOf(log.append(topic, [record('c')]))]);
    expect(failures.map(({ code, canRetry }) => [code, canRetry])).toEqual([
      ['log.unavailable', true],
      ['log.unavailable', true],
    ]);
    expect(await log.bounds(topic, 0)).toEqual({ first: 0, next: 1 });
    rmSync(place, { recursive: true });
    await log.append(topic, [record('d')]);
    expect(await valuesIn(log)).toEqual(['a'.repeat(80), 'd']);
    await log.close();
  });

  it('of a record beyond the greatest size is refused before anything is written', async () => {
    const log = await openEmbeddedLog(newFolder());
    await log.createTopic(topic, 1);
    const huge = { key: 'a', value: Buffer.alloc(17 * 1024 * 1024) };
    await expect(log.append(topic, [record('small'), huge])).rejects.toThrow(RangeError);
    expect(await log.bounds(topic, 0)).toEqual({ first: 0, next: 0 });
    await log.append(topic, [record('next')]);
    expect(await valuesIn(log)).toEqual(['next']);
    await log.close();
  });
});
