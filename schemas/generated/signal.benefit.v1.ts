// Generated from schemas/avro/signal.benefit.v1.avsc by schemas/generate.ts; do not edit.
import type { EventTime } from '#domain/time.ts';
import { outside, type Reader, type Writer } from '../wire.ts';

/** What the interval says. */
export type BenefitVerdict = 'better' | 'unsure' | 'worse';
const benefitVerdictSymbols: readonly BenefitVerdict[] = ['better', 'unsure', 'worse'];

/** What an applied recommendation has been worth so far, measured against what the plan before would have cost. */
export interface SignalBenefit {
  /** District of the intersection; the key of the topic. */
  readonly district: string;
  /** Intersection. */
  readonly intersection: string;
  /** Recommendation that was applied. */
  readonly recommendation: string;
  /** When it was said, in event time. */
  readonly at: EventTime;
  /** When the controller applied it. */
  readonly appliedAt: EventTime;
  /** Windows measured since. 1..1000. */
  readonly windows: number;
  /** Mean saving that was expected, 0.1 s a vehicle. -1000000..1000000. */
  readonly predictedSavingDeciseconds: number;
  /** Mean control delay measured since, 0.1 s a vehicle. 0..1000000. */
  readonly delayDeciseconds: number;
  /** Mean control delay that the plan before would have had with the same traffic, 0.1 s a vehicle. 0..1000000. */
  readonly expectedDelayDeciseconds: number;
  /** The difference of the two, 0.1 s a vehicle. -1000000..1000000. */
  readonly savingDeciseconds: number;
  /** Lower end of the saving, nine times in ten, 0.1 s a vehicle. -1000000..1000000. */
  readonly savingLowDeciseconds: number;
  /** Upper end of the saving, nine times in ten, 0.1 s a vehicle. -1000000..1000000. */
  readonly savingHighDeciseconds: number;
  /** What the interval says: above 0, across it or below. */
  readonly verdict: BenefitVerdict;
}

function encodeSignalBenefitBody(writer: Writer, value: SignalBenefit): void {
  writer.string(value.district);
  writer.string(value.intersection);
  writer.string(value.recommendation);
  writer.long(value.at);
  writer.long(value.appliedAt);
  writer.long(value.windows);
  writer.long(value.predictedSavingDeciseconds);
  writer.long(value.delayDeciseconds);
  writer.long(value.expectedDelayDeciseconds);
  writer.long(value.savingDeciseconds);
  writer.long(value.savingLowDeciseconds);
  writer.long(value.savingHighDeciseconds);
  writer.long(benefitVerdictSymbols.indexOf(value.verdict));
}

function decodeSignalBenefitBody(reader: Reader): SignalBenefit {
  const district: SignalBenefit['district'] = reader.string();
  const intersection: SignalBenefit['intersection'] = reader.string();
  const recommendation: SignalBenefit['recommendation'] = reader.string();
  const at: SignalBenefit['at'] = reader.long();
  if (!(at >= -62167219200000 && at <= 253402300799999)) throw outside('at', at, -62167219200000, 253402300799999);
  const appliedAt: SignalBenefit['appliedAt'] = reader.long();
  if (!(appliedAt >= -62167219200000 && appliedAt <= 253402300799999)) throw outside('appliedAt', appliedAt, -62167219200000, 253402300799999);
  const windows: SignalBenefit['windows'] = reader.int();
  if (!(windows >= 1 && windows <= 1000)) throw outside('windows', windows, 1, 1000);
  const predictedSavingDeciseconds: SignalBenefit['predictedSavingDeciseconds'] = reader.int();
  if (!(predictedSavingDeciseconds >= -1000000 && predictedSavingDeciseconds <= 1000000)) throw outside('predictedSavingDeciseconds', predictedSavingDeciseconds, -1000000, 1000000);
  const delayDeciseconds: SignalBenefit['delayDeciseconds'] = reader.int();
  if (!(delayDeciseconds >= 0 && delayDeciseconds <= 1000000)) throw outside('delayDeciseconds', delayDeciseconds, 0, 1000000);
  const expectedDelayDeciseconds: SignalBenefit['expectedDelayDeciseconds'] = reader.int();
  if (!(expectedDelayDeciseconds >= 0 && expectedDelayDeciseconds <= 1000000)) throw outside('expectedDelayDeciseconds', expectedDelayDeciseconds, 0, 1000000);
  const savingDeciseconds: SignalBenefit['savingDeciseconds'] = reader.int();
  if (!(savingDeciseconds >= -1000000 && savingDeciseconds <= 1000000)) throw outside('savingDeciseconds', savingDeciseconds, -1000000, 1000000);
  const savingLowDeciseconds: SignalBenefit['savingLowDeciseconds'] = reader.int();
  if (!(savingLowDeciseconds >= -1000000 && savingLowDeciseconds <= 1000000)) throw outside('savingLowDeciseconds', savingLowDeciseconds, -1000000, 1000000);
  const savingHighDeciseconds: SignalBenefit['savingHighDeciseconds'] = reader.int();
  if (!(savingHighDeciseconds >= -1000000 && savingHighDeciseconds <= 1000000)) throw outside('savingHighDeciseconds', savingHighDeciseconds, -1000000, 1000000);
  const verdict: SignalBenefit['verdict'] = benefitVerdictSymbols[reader.choice(3)] as BenefitVerdict;
  return { district, intersection, recommendation, at, appliedAt, windows, predictedSavingDeciseconds, delayDeciseconds, expectedDelayDeciseconds, savingDeciseconds, savingLowDeciseconds, savingHighDeciseconds, verdict };
}

/** Appends the Avro body. */
export const encodeSignalBenefit = encodeSignalBenefitBody;
/** Reads the Avro body; throws `DecodeFailure`. */
export const decodeSignalBenefit = decodeSignalBenefitBody;
