import type { LevelOfService, Quality } from './model.ts';
import { english, type Word, type Words } from './words-en.ts';
import { chinese } from './words-zh.ts';

export type { Word, Words };
export type Language = 'en' | 'zh';

/** The dictionary of each language. */
export const dictionaries: Readonly<Record<Language, Words>> = { en: english, zh: chinese };

/** Puts values into the `{slots}` of a sentence. A slot without a value stays visible, so that it is noticed. */
export const fill = (sentence: string, values: Readonly<Record<string, string | number>>): string =>
  sentence.replace(/\{(\w+)\}/g, (slot, key: string) => (key in values ? String(values[key]) : slot));

/** The word for a level of service. */
export const levelWord = (words: Words, level: LevelOfService): string => words[`level${level}`];

/** The word for a quality and the sentence that explains it. */
export const qualityWords = (words: Words, quality: Quality): { word: string; more: string } => ({
  word: words[quality],
  more: words[`${quality}More`],
});

/** What an incident looks like on the map: one shape for each family. */
export type IncidentShape = 'crash' | 'vehicle' | 'closure' | 'weather' | 'signal' | 'other';

const kinds: Readonly<Record<string, readonly [Word, IncidentShape]>> = {
  accident: ['kindAccident', 'crash'],
  wrongWay: ['kindWrongWay', 'crash'],
  pedestrianOnRoad: ['kindPedestrianOnRoad', 'crash'],
  stoppedVehicle: ['kindStoppedVehicle', 'vehicle'],
  illegalParking: ['kindIllegalParking', 'vehicle'],
  debris: ['kindDebris', 'closure'],
  obstacle: ['kindObstacle', 'closure'],
  roadDamage: ['kindRoadDamage', 'closure'],
  smoke: ['kindSmoke', 'weather'],
  flooding: ['kindFlooding', 'weather'],
  heavyRain: ['kindHeavyRain', 'weather'],
  lowVisibility: ['kindLowVisibility', 'weather'],
  slipperyRoad: ['kindSlipperyRoad', 'weather'],
  airQuality: ['kindAirQuality', 'weather'],
  signalFault: ['kindSignalFault', 'signal'],
  other: ['kindOther', 'other'],
};

/** The word and the shape for an incident's kind; an unknown kind shows itself, spelled apart. */
export function incidentWords(words: Words, kind: string): { word: string; shape: IncidentShape } {
  const known = kinds[kind];
  return known ? { word: words[known[0]], shape: known[1] } : { word: spelledApart(kind), shape: 'other' };
}

/** `signalFault` and `signal-fault` as "Signal fault". */
export function spelledApart(name: string): string {
  const plain = name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[-_]+/g, ' ')
    .toLowerCase();
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

const statusWords: Readonly<Record<string, Word>> = {
  issued: 'issuedStatus',
  accepted: 'accepted',
  rejected: 'rejected',
  applied: 'applied',
  superseded: 'superseded',
  withdrawn: 'withdrawn',
  expired: 'lapsed',
  detected: 'detectedStatus',
  confirmed: 'confirmed',
  dispatched: 'dispatched',
  resolved: 'resolved',
  reviewed: 'reviewed',
};

/** Where a recommendation or an incident stands; an unknown status shows itself. */
export function statusWord(words: Words, status: string): string {
  const word = statusWords[status];
  return word ? words[word] : spelledApart(status);
}

/** The word for a severity; an unknown one shows itself. */
export const severityWord = (words: Words, severity: string): string =>
  severity === 'minor' || severity === 'moderate' || severity === 'severe' ? words[severity] : severity;
