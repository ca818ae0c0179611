import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

/** A task does all that there is to do for a frame in so many times what avsc takes to decode it. */
const timesMost = 2.5;

it('the data plane costs no more than it did', async () => {
  const gate = fileURLToPath(new URL('gate.ts', import.meta.url));
  // In a process of its own: what a test imports is slower than what a program does.
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', gate]);
  const { ratio, nanosecondsOfFrame } = JSON.parse(stdout) as Record<string, number>;
  console.log(`${ratio!.toFixed(2)} times avsc's decoding, ${nanosecondsOfFrame} ns a frame of 32 readings`);
  expect(ratio).toBeLessThan(timesMost);
}, 120_000);
