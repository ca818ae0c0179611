import { describe, expect, it } from 'vitest';
import { readModelFile, writeModelFile } from '#domain/forecast/model-file.ts';
import { stubbornModel } from '#domain/forecast/small-model.ts';
import type { Subject } from '#domain/forecast/subject.ts';
import type { District, Network } from '#domain/network.ts';
import { type EventTime, minutes } from '#domain/time.ts';
import type { ForecastModel } from '#schemas/generated/forecast.model.v1.ts';
import type { LinkForecast } from '#schemas/generated/link.forecast.v1.ts';
import type { LinkState } from '#schemas/generated/link.state.v1.ts';
import { forecastModels, linkForecasts, linkStates } from '#schemas/topics.ts';
import { linkForecast } from '../link-forecast/link-forecast.ts';
import { street } from '../link-state/street.fixture.ts';
import { keptAgain } from './kept.fixture.ts';

const begin: EventTime = Date.UTC(2026, 2, 2);
const day = minutes(24 * 60);
const network: Network = {
  ...street({ links: [{ id: 'a' }, { id: 'b' }], detectors: [] }),
  districts: new Map([['d1', {} as District]]),
};

/** A model that errs by about `spreads` times what a departure is. */
function handedIn(spreads: number, district = 'd1', subject: Subject = 'link'): ForecastModel {
  const model = Buffer.from(writeModelFile(stubbornModel(spreads, subject)));
  const file = readModelFile(model);
  if ('fault' in file) throw new Error(file.fault);
  return { district, subject, name: file.model.name, at: begin, sequence: 0, model };
}

const state = (at: EventTime, kph: number): LinkState =>
  ({
    ...{ district: 'd1', link: 'a', at, windowStart: at - minutes(5), windowSeconds: 300, revision: 0 },
    ...{ spaceMeanDecikph: Math.round(10 * kph), quality: 'observed' },
  }) as LinkState;

/** The same numbers between -1 and 1 each time. */
const noise = (n: number): number => Math.sin(n * n) + Math.sin(7 * n + 1) / 2;

interface Said {
  readonly after: number;
  readonly said: ForecastModel;
}

/**
 * A road at 50 km/h or so, models handed in after so many ticks; begins again from what is saved at every `every`th
 * tick, before it ends or after.
 */
function run(
  models: readonly Said[],
  ticks: number,
  every = Number.POSITIVE_INFINITY,
  isBefore = false,
): LinkForecast[] {
  let memory = linkForecast.initial(network, () => true);
  const rows = new Map<string, unknown>();
  const out: LinkForecast[] = [];
  const emit = (topic: { readonly name: string }, event: unknown): void => {
    if (topic.name === linkForecasts.name) out.push(event as LinkForecast);
  };
  const beginAgain = (): void => {
    for (const [key, value] of linkForecast.keep!.changed(memory)) rows.set(key, keptAgain(value));
    memory = linkForecast.initial(network, () => true);
    linkForecast.keep!.restore(memory, [...rows]);
  };
  for (let tick = 1; tick <= ticks; tick++) {
    const at = begin + minutes(5 * tick);
    const step = (topic: string, event: LinkState | ForecastModel): void =>
      linkForecast.step(memory, { kind: 'event', at, topic, event }, emit as never, network);
    step(linkStates.name, state(at - 2000, 50 + noise(tick)));
    for (const { after, said } of models) if (after === tick) step(forecastModels.name, said);
    if (tick % every === 0 && isBefore) beginAgain();
    linkForecast.step(memory, { kind: 'watermark', at }, emit as never, network);
    if (tick % every === 0 && !isBefore) beginAgain();
  }
  return out;
}

const speakers = (all: readonly LinkForecast[]): Set<string> => new Set(all.map(({ model }) => model));
const ticksADay = day / minutes(5);

describe('models that are handed in', () => {
  const [good, poor] = [handedIn(0), handedIn(6)];

  it('speak at once where nothing better is known, and no more once it is', () => {
    const said = run([{ after: 1, said: poor }], 200);
    expect(speakers(said.slice(0, 3))).toEqual(new Set([poor.name]));
    expect(speakers(said.slice(-3)).has(poor.name)).toBe(false);
  });

  it('replace one that is worse after a day of trial, not before', () => {
    const all = run(
      [
        { after: 1, said: poor },
        { after: 10, said: good },
      ],
      10 + 2 * ticksADay,
    );
    const first = all.find(({ model }) => model === good.name);
    expect(first?.at).toBeGreaterThanOrEqual(begin + minutes(50) + day);
  });

  it('do not begin their trial again because they are handed in again', () => {
    const again = Array.from({ length: 20 }, (_, i) => ({ after: 10 + 14 * i, said: good }));
    const once = run([{ after: 1, said: poor }, again[0]!], 120 + ticksADay);
    expect(run([{ after: 1, said: poor }, ...again], 120 + ticksADay)).toEqual(once);
  });

  it('leave alone who forecasts another subject', () => {
    expect(run([{ after: 1, said: handedIn(6, 'd1', 'parking') }], 20)).toEqual(run([], 20));
  });

  it('are at work again after a restart, in the middle of a trial and after it', () => {
    const models = [
      { after: 1, said: poor },
      { after: 10, said: handedIn(3) },
      { after: 20, said: good },
    ];
    const undisturbed = run(models, 1120 + ticksADay);
    expect(run(models, 1120 + ticksADay, 7)).toEqual(undisturbed);
    expect(run(models, 1120 + ticksADay, 100)).toEqual(undisturbed);
  });

  it('are refused when they are none, or for a district that is not there', () => {
    const refused = (model: ForecastModel) => linkForecast.accepts?.(network, forecastModels.name, model);
    expect(refused(good)).toBeUndefined();
    expect(refused({ ...good, model: good.model.subarray(1) })).toMatchObject({ code: 'value.range' });
    expect(refused({ ...good, subject: 'parking' })).toMatchObject({ field: 'model' });
    expect(refused(handedIn(0, 'd9'))).toMatchObject({ code: 'reference.unknown', field: 'district' });
  });
});
