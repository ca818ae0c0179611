import { type Maybe, type Moment, momentOf } from './model.ts';
import type { Language, Words } from './words.ts';

/** Numbers and times as people read them. A missing value is always the words "no data", never 0. */
export interface Format {
  number(value: Maybe<number>, digits?: number): string;
  withUnit(value: Maybe<number>, unit: string, digits?: number): string;
  speed(kph: Maybe<number>): string;
  flow(vph: Maybe<number>): string;
  seconds(value: Maybe<number>, digits?: number): string;
  meters(value: Maybe<number>): string;
  percent(value: Maybe<number>, digits?: number): string;
  /** A share 0..1 as a percentage. */
  share(value: Maybe<number>): string;
  /** A length of time with its largest fitting unit: 40 s, 12 min, 3 h 05 min, 2 d. */
  age(seconds: Maybe<number>): string;
  /** mm:ss or h:mm:ss, for what counts down. */
  countdown(seconds: number): string;
  /** Hours and minutes in the city's zone. */
  time(moment: Moment): string;
  timeWithSeconds(moment: Moment): string;
  /** Short name of the city's zone at that moment, and the zone itself. */
  zone(moment: Moment): string;
}

const isNumber = (value: Maybe<number>): value is number =>
  value !== null && value !== undefined && Number.isFinite(value);

/** Formats for one language and one city's zone (IANA). */
export function createFormat(language: Language, words: Words, timeZone: string): Format {
  const locale = language === 'zh' ? 'zh-CN' : 'en-GB';
  const clock = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { timeZone, hourCycle: 'h23', ...options });
  const minuteClock = clock({ hour: '2-digit', minute: '2-digit' });
  const secondClock = clock({ hour: '2-digit', minute: '2-digit', second: '2-digit' });
  const zoneName = clock({ hour: '2-digit', timeZoneName: 'short' });

  const number = (value: Maybe<number>, digits = 0): string =>
    isNumber(value)
      ? withoutNegativeZero(
          value.toLocaleString(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
        )
      : words.noData;
  const withUnit = (value: Maybe<number>, unit: string, digits = 0): string =>
    isNumber(value) ? `${number(value, digits)} ${unit}` : words.noData;
  const at = (moment: Moment, format: Intl.DateTimeFormat): string => {
    const milliseconds = momentOf(moment);
    return milliseconds === undefined ? words.noData : format.format(milliseconds);
  };

  return {
    number,
    withUnit,
    speed: (kph) => withUnit(kph, 'km/h'),
    flow: (vph) => withUnit(vph, 'veh/h'),
    seconds: (value, digits = 0) => withUnit(value, 's', digits),
    meters: (value) => withUnit(value, 'm'),
    percent: (value, digits = 0) => withUnit(value, '%', digits),
    share: (value) => (isNumber(value) ? `${number(value * 100)} %` : words.noData),
    age: (value) => (isNumber(value) ? ageText(Math.max(0, value), ageUnits[language]) : words.noData),
    countdown: (value) => countdownText(Math.max(0, Math.floor(value))),
    time: (moment) => at(moment, minuteClock),
    timeWithSeconds: (moment) => at(moment, secondClock),
    zone: (moment) => {
      const milliseconds = momentOf(moment);
      if (milliseconds === undefined) return timeZone;
      const part = zoneName.formatToParts(milliseconds).find((p) => p.type === 'timeZoneName');
      return part && part.value !== timeZone ? `${part.value} · ${timeZone}` : timeZone;
    },
  };
}

const withoutNegativeZero = (text: string): string => (/^-[0.,]*$/.test(text) ? text.slice(1) : text);

const two = (value: number): string => String(value).padStart(2, '0');

const ageUnits: Readonly<Record<Language, readonly [s: string, min: string, h: string, d: string]>> = {
  en: ['s', 'min', 'h', 'd'],
  zh: ['秒', '分钟', '小时', '天'],
};

function ageText(value: number, [s, min, h, d]: (typeof ageUnits)[Language]): string {
  const total = Math.round(value);
  if (total < 100) return `${total} ${s}`;
  const minutes = Math.round(total / 60);
  if (minutes < 100) return `${minutes} ${min}`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} ${h} ${two(minutes % 60)} ${min}`;
  return `${Math.floor(minutes / 1440)} ${d}`;
}

function countdownText(total: number): string {
  const minutesAndSeconds = `${two(Math.floor(total / 60) % 60)}:${two(total % 60)}`;
  return total >= 3600 ? `${Math.floor(total / 3600)}:${minutesAndSeconds}` : minutesAndSeconds;
}

/** A chance 0..1 in tenths; ten of ten is said only of what is certain to half a percent. */
export function tenths(share: Maybe<number>): number | undefined {
  if (!isNumber(share)) return undefined;
  return Math.max(0, Math.min(share >= 0.995 ? 10 : 9, Math.round(share * 10)));
}
