/** Whether advice stage by stage has been worth it at a signal, and how long it is held back when it has not. */
import type { Prediction } from '#domain/signal-control/model.ts';
import { type Benefit, benefitOf } from '#domain/signal-timing/benefit.ts';
import { type EventTime, minutes } from '#domain/time.ts';

/** What the twin predicted, and what has happened since. */
export interface Twin extends Prediction {
  /** Moment of the status that it was made from. */
  readonly at: EventTime;
  /** Time that vehicles have stood since, vehicle seconds. */
  stoodSeconds: number;
  statuses: number;
  followed: number;
}

/** One window in which advice was followed, vehicle seconds for which vehicles stood. */
interface Stood {
  readonly measured: number;
  /** As the twin foresaw it, had the controller gone on with its own plan. */
  readonly foreseen: number;
}

export interface Worth {
  /** The last windows in which it was followed. */
  readonly windows: readonly Stood[];
  /** Nothing is advised before this. */
  readonly heldUntil: EventTime | null;
}

export const notJudged: Worth = { windows: [], heldUntil: null };

/** So many windows are judged together: demand comes in waves of some minutes. */
const judgedWindows = 15;
/** Of the statuses of a window, so many must show what was advised. */
const followedShare = 0.8;
/** Advice that was worse is held back for so long. */
const heldBack = minutes(30);
/** What the twin foresees of the controller's own plan is wrong by so much, whatever it is, of that. */
const twinDeviation = 0.15;

/** Takes up a window that is over. */
export function judgeWindow({ windows, heldUntil }: Worth, twin: Twin | null, at: EventTime): Worth {
  if (heldUntil !== null) return at < heldUntil ? { windows, heldUntil } : notJudged;
  if (twin === null || twin.statuses === 0 || twin.followed < followedShare * twin.statuses)
    return { windows, heldUntil };
  const judged = [...windows, { measured: twin.stoodSeconds, foreseen: twin.nativeSeconds }];
  const last = judged.slice(-judgedWindows);
  const isWorse = last.length === judgedWindows && benefitOfStages(last)?.verdict === 'worse';
  return isWorse ? { windows: last, heldUntil: at + heldBack } : { windows: last, heldUntil };
}

/** Vehicle seconds of a window, rather than seconds of a vehicle. */
export function benefitOfStages(windows: readonly Stood[]): Benefit | undefined {
  const measured = windows.map((one) => ({ delaySeconds: one.measured, expectedSeconds: one.foreseen }));
  return benefitOf(measured, { ratio: 1, deviation: twinDeviation });
}
