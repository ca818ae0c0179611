import { describe, expect, it } from 'vitest';
import { createFormat, tenths } from './format.ts';
import { dictionaries } from './words.ts';

const english = createFormat('en', dictionaries.en, 'Europe/Copenhagen');
const chinese = createFormat('zh', dictionaries.zh, 'Asia/Shanghai');
const at = '2026-03-02T07:14:20.000Z';

describe('format', () => {
  it('says that there is no data, and never 0, for what is missing', () => {
    for (const missing of [null, undefined, Number.NaN])
      for (const text of [
        english.number(missing),
        english.speed(missing),
        english.flow(missing),
        english.seconds(missing),
        english.percent(missing),
        english.share(missing),
        english.age(missing),
      ])
        expect(text).toBe('no data');
    expect(chinese.speed(null)).toBe('无数据');
    expect(english.time(undefined)).toBe('no data');
    expect(english.time('yesterday')).toBe('no data');
  });

  it('shows a measured 0 as 0 with its unit', () => {
    expect(english.speed(0)).toBe('0 km/h');
    expect(english.number(-0.2)).toBe('0');
  });

  it('keeps the digits that were asked for, so that numbers do not jump', () => {
    expect(english.number(1234.5)).toBe('1,235');
    expect(english.seconds(9, 1)).toBe('9.0 s');
    expect(english.share(0.912)).toBe('91 %');
  });

  it('gives a length of time in its largest fitting unit', () => {
    expect([40, 99, 100, 5400, 6000, 11_100, 172_800].map(english.age)).toEqual([
      '40 s',
      '99 s',
      '2 min',
      '90 min',
      '1 h 40 min',
      '3 h 05 min',
      '2 d',
    ]);
    expect(chinese.age(840)).toBe('14 分钟');
    expect(english.age(-3)).toBe('0 s');
  });

  it('counts down in minutes and seconds, and stops at nought', () => {
    expect([3725, 706, 59.9, -4].map(english.countdown)).toEqual(['1:02:05', '11:46', '00:59', '00:00']);
  });

  it('tells the time in the zone of the city, and names the zone', () => {
    expect(english.time(at)).toBe('08:14');
    expect(chinese.timeWithSeconds(at)).toBe('15:14:20');
    expect(english.zone(at)).toBe('CET · Europe/Copenhagen');
    expect(english.zone(undefined)).toBe('Europe/Copenhagen');
  });
});

describe('tenths', () => {
  it('says ten in ten only of what is certain', () => {
    expect([0, 0.04, 0.5, 0.93, 0.98, 0.999, 1].map(tenths)).toEqual([0, 0, 5, 9, 9, 10, 10]);
  });

  it('has no word for a chance that is not known', () => {
    expect(tenths(null)).toBeUndefined();
  });
});
