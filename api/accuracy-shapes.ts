/** What the answer about the accuracy of forecasts holds. */
import { type Static, Type } from 'typebox';
import { NumberOrNull, OneOf, Time } from './shapes.ts';

const MaybeNumber = (description: string) => Type.Optional(NumberOrNull(description));
const ofLinks = 'km/h, of links; null when too few were judged; 4.2';
const ofCarParks = 'percent of capacity, of car parks; null when too few were judged; 3.1';

export const AccuracyGroupShape = Type.Object(
  {
    horizonMinutes: Type.Optional(Type.Integer({ description: 'By horizon: from issue to target; 15' })),
    id: Type.Optional(Type.String({ description: 'By sensor: link or car park.' })),
    localHour: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 23, description: 'By hour of the day in the city; 8' }),
    ),
    judged: Type.Integer({ description: 'Forecasts whose target was measured; under 20 say nothing; 864' }),
    persistenceJudged: Type.Integer({ description: 'Those for which there was a last value; 860' }),
    profileJudged: Type.Integer({ description: 'Those for which the weekly profile was known; 720' }),
    meanAbsoluteErrorKph: MaybeNumber(`Mean absolute error, ${ofLinks}`),
    persistenceErrorKph: MaybeNumber(`Mean absolute error of the last value, ${ofLinks}`),
    profileErrorKph: MaybeNumber(`Mean absolute error of the weekly profile, ${ofLinks}`),
    meanWidthKph: MaybeNumber(`Mean width of the intervals, ${ofLinks}`),
    meanIntervalScoreKph: MaybeNumber(`Mean interval score, ${ofLinks}`),
    meanAbsoluteErrorPercent: MaybeNumber(`Mean absolute error, ${ofCarParks}`),
    persistenceErrorPercent: MaybeNumber(`Mean absolute error of the last value, ${ofCarParks}`),
    profileErrorPercent: MaybeNumber(`Mean absolute error of the weekly profile, ${ofCarParks}`),
    meanWidthPercent: MaybeNumber(`Mean width of the intervals, ${ofCarParks}`),
    meanIntervalScorePercent: MaybeNumber(`Mean interval score, ${ofCarParks}`),
    skillAgainstPersistence: NumberOrNull(
      '1 less the error over that of the last value, over the same targets; 0.21',
    ),
    skillAgainstProfile: NumberOrNull(
      '1 less the error over that of the weekly profile, over the same targets; 0.35',
    ),
    coverage: NumberOrNull('Share of targets within their interval, 0 to 1; 0.912'),
  },
  { title: 'AccuracyGroup', description: 'How the forecasts of one group did' },
);

export const AccuracyShape = Type.Object({
  asOf: Time('The time in the city at which this was true.'),
  subject: OneOf(['link', 'parking'], 'What the forecasts were of.'),
  by: OneOf(['horizon', 'sensor', 'hour'], 'What makes a group.'),
  from: Time('The first hour begins.'),
  to: Time('The last hour ends.'),
  level: Type.Number({ description: 'Share of targets that the intervals are meant to hold; 0.9' }),
  groups: Type.Array(AccuracyGroupShape),
});

export type AccuracyGroupJson = Static<typeof AccuracyGroupShape>;
