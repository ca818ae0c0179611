import type { Pace } from './pace.ts';

/** What a learned model may forecast for the city. */
export const subjects = ['link', 'parking'] as const;
export type Subject = (typeof subjects)[number];

/** How the values of a subject are brought to 0..100, and how often and how far ahead they are forecast. */
export interface Scope {
  /** The value that counts as 100. */
  readonly span: number;
  readonly unit: string;
  readonly pace: Pace;
}

const everyFiveMinutes = { tickSeconds: 300, horizons: [3, 6, 12] } as const;

export const scopes: Readonly<Record<Subject, Scope>> = {
  // The largest speed that the wire can carry.
  link: { span: 300, unit: 'km/h', pace: { ...everyFiveMinutes, recalls: false } },
  parking: { span: 100, unit: '% of the spaces', pace: { ...everyFiveMinutes, recalls: true } },
};
