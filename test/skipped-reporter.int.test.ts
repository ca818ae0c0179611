import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs tests in a Vitest of their own, where everything is required or not. */
async function run(folder: string, requiresAll: boolean, pattern?: string) {
  const program = `
    import { startVitest } from 'vitest/node';
    import { SkippedReporter } from ${JSON.stringify(new URL('./skipped-reporter.ts', import.meta.url).href)};
    const vitest = await startVitest('test', [], {
      config: false, watch: false, root: ${JSON.stringify(folder)}, include: ['*.sample.ts'],
      reporters: [new SkippedReporter(${requiresAll}, (line) => console.log(line))],
      ...(${JSON.stringify(pattern ? { testNamePattern: pattern } : {})}),
    });
    await vitest.close();`;
  const { CI: _, VITEST: __, ...env } = process.env;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  const [code] = await once(child, 'close');
  return { code, lines: said.split('\n').filter((line) => line.trim() !== '') };
}

describe('the end of a run', () => {
  let folder: string;
  beforeAll(() => {
    mkdirSync(join(root, '.arterial'), { recursive: true });
    folder = mkdtempSync(join(root, '.arterial', 'samples-'));
    const needs = JSON.stringify(new URL('./needs.ts', import.meta.url).pathname);
    writeFileSync(
      join(folder, 'some.sample.ts'),
      `import { describe, it } from 'vitest';
      import { needs, needsElsewhere } from ${needs};
      it('runs', needs(''), () => {});
      describe('on Kafka', needs('kafka: java is not there'), () => {
        it('one', () => { throw new Error('it ran'); });
        describe('deep', () => { it('two', () => {}); });
      });
      it('with data', needsElsewhere('the data'), () => {});`,
    );
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('says what was skipped and why, one line a reason', async () => {
    expect(await run(folder, false)).toEqual({
      code: 0,
      lines: [' Skipped:', '     2  needs kafka: java is not there', '     1  needs the data'],
    });
  });

  it('is a failure where everything is required, but for what no checkout has', async () => {
    expect(await run(folder, true)).toEqual({
      code: 1,
      lines: [
        ' Skipped:',
        '     2  needs kafka: java is not there, which is required here',
        '     1  needs the data',
      ],
    });
    writeFileSync(
      join(folder, 'some.sample.ts'),
      `import { it } from 'vitest';
      import { needsElsewhere } from ${JSON.stringify(new URL('./needs.ts', import.meta.url).pathname)};
      it('with data', needsElsewhere('the data'), () => {});
      it('runs', () => {});`,
    );
    expect(await run(folder, true)).toEqual({ code: 0, lines: [' Skipped:', '     1  needs the data'] });
  });

  it('says of a test that gives no reason which one it is, and nothing of a run by name', async () => {
    writeFileSync(
      join(folder, 'some.sample.ts'),
      "import { it } from 'vitest'; it.skip('for no reason', () => {}); it('runs', () => {});",
    );
    expect((await run(folder, true)).lines).toEqual([
      ' Skipped:',
      '     1  says no reason: for no reason, which is required here',
    ]);
    expect(await run(folder, true, 'runs')).toEqual({ code: 0, lines: [] });
  });
});
