import { describe, expect, it } from 'vitest';
import { openDesk } from './desk.ts';

describe('the desk', () => {
  it('starts a service when it is first asked for, and once', async () => {
    const asked: string[] = [];
    const desk = await openDesk(async (name) => {
      asked.push(name);
      return `${name}:1`;
    });
    expect(asked).toEqual([]);
    const answers = await Promise.all(
      ['redis', 'redis', 'kafka'].map((name) => fetch(`${desk.url}/${name}`)),
    );
    expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual([
      'redis:1',
      'redis:1',
      'kafka:1',
    ]);
    expect(asked.sort()).toEqual(['kafka', 'redis']);
    expect((await fetch(`${desk.url}/zookeeper`)).status).toBe(404);
    await desk.close();
  });

  it('says why a service does not start', async () => {
    const desk = await openDesk(() => Promise.reject(new Error('no room')));
    const answer = await fetch(`${desk.url}/kafka`);
    expect([answer.status, await answer.text()]).toEqual([500, 'kafka: no room']);
    await desk.close();
  });
});
