import { cityTick } from '#domain/forecast/city-ticks.ts';
import { Forecaster, nothingSaid } from '#domain/forecast/forecaster.ts';
import type { Pace } from '#domain/forecast/ground.ts';
import type { NetworkModel } from '#domain/forecast/network-model.ts';
import { longestHorizon } from '#domain/forecast/recent.ts';
import { teachInBackground } from './training/teach-in-background.ts';

/** What is known of a series of rows before the first comes. */
export interface SeriesShape {
  readonly sensors: readonly string[];
  /** Rows ahead, growing, at most 12. */
  readonly horizons: readonly number[];
  readonly stepSeconds: number;
  /** The first row that is answered. */
  readonly testFrom: number;
}

/** By horizon, then by sensor: the forecast, and the interval that holds nine in ten. */
export type Answer = Readonly<Record<'y' | 'lo' | 'hi', number[][]>>;

/** Values may grow so far beyond the largest that was seen before the first answer. */
const headroom = 1.5;
/** Networks are taught first when this share of the rows before the first answer has come, so that errors are known. */
const firstLessonShare = 0.85;
/** After that so often, on all that has come. */
const lessonEverySeconds = 7 * 86_400;
/** Rows that the other side may have written ahead of what is read, in characters. */
const readAhead = 256 * 1024;
/** A row is answered after so long at most, taught or not. */
const patienceMilliseconds = 40_000;
/** A network that is taught meanwhile is waited for once so many rows have been answered without it. */
const rowsWithout = 200;
const teaching = { members: 4, lessons: 400_000 };
/** Below this span of rows nothing worth it is learned by a network. */
const leastDays = 4;

/** Forecasts a series of rows, each as soon as it has come: learns from the rows themselves, and from nothing else. */
export class SeriesForecaster {
  readonly #shape: SeriesShape;
  readonly #pace: Pace;
  readonly #note: (line: string) => void;
  readonly #times: number[] = [];
  #values = new Float32Array(0);
  #largest = 0;
  /** One part in a hundred of what a value can be. */
  #unit = 0;
  #forecaster: Forecaster | undefined;
  #fed = 0;
  #lessons: number[] = [];
  #taught: Promise<NetworkModel> | undefined;
  #taughtSince = 0;
  #lastTaught = 0;

  /** Throws RangeError when the shape is not one. */
  constructor(shape: SeriesShape, note: (line: string) => void) {
    checkShape(shape);
    this.#shape = shape;
    this.#note = note;
    const horizons = [...new Set(shape.horizons)].sort((a, b) => a - b);
    this.#pace = { tickSeconds: shape.stepSeconds, horizons, recalls: shape.stepSeconds > 300 };
  }

  /** Takes in a row, and gives what is forecast from it, if it is to be answered. */
  async take(row: number, time: string, values: readonly (number | null)[]): Promise<Answer | undefined> {
    const at = Date.parse(`${time.slice(0, 19).replace(' ', 'T')}Z`);
    if (Number.isNaN(at))
      throw new RangeError(`row ${row}: time ${time}; 2012-03-01T00:05:00 would be right`);
    const { length } = this.#shape.sensors;
    if (values.length !== length)
      throw new RangeError(`row ${row}: ${values.length} values; ${length} would be right`);
    const wrong = values.find((value) => value !== null && !Number.isFinite(value));
    if (wrong !== undefined)
      throw new RangeError(`row ${row}: value ${wrong}; a number or null would be right`);
    this.#keep(at, values);
    if (row === 0) this.#planLessons(JSON.stringify(values).length);
    const { testFrom, stepSeconds } = this.#shape;
    if (row < testFrom && row !== this.#lessons[0]) return undefined;
    this.#feed();
    if (row === this.#lessons[0]) {
      this.#lessons.shift();
      this.#beginLesson(row);
      if (row < testFrom) await this.#endLesson(row, Number.POSITIVE_INFINITY);
    } else if (this.#taught && row - this.#taughtSince >= rowsWithout)
      await this.#endLesson(row, patienceMilliseconds);
    if (row < testFrom) return undefined;
    if (!this.#taught && (row - this.#lastTaught) * stepSeconds >= lessonEverySeconds) this.#beginLesson(row);
    return this.#answer();
  }

  #keep(at: number, values: readonly (number | null)[]): void {
    const { length } = this.#shape.sensors;
    const from = this.#times.length * length;
    this.#times.push(at);
    if (this.#values.length < from + length) {
      const more = new Float32Array(Math.max(1024 * length, 2 * this.#values.length));
      more.set(this.#values);
      this.#values = more;
    }
    for (let sensor = 0; sensor < length; sensor++) {
      const value = values[sensor] ?? Number.NaN;
      this.#values[from + sensor] = Math.max(0, value);
      if (this.#unit === 0 && value > this.#largest) this.#largest = value;
    }
  }

  /** When networks are taught: twice before the first answer, then now and then. */
  #planLessons(rowCharacters: number): void {
    const { testFrom } = this.#shape;
    const ahead = Math.ceil(readAhead / (rowCharacters + 40)) + 1;
    const last = testFrom - ahead;
    const early = Math.floor(firstLessonShare * testFrom);
    this.#lessons = (last > 1.05 * early ? [early, last] : [Math.min(early, last)]).filter(
      (row) => row * this.#shape.stepSeconds >= leastDays * 86_400,
    );
  }

  /** Gives the forecaster all rows that it has not seen yet. */
  #feed(): void {
    if (this.#forecaster === undefined) {
      this.#unit = (headroom * (this.#largest || 100)) / 100;
      this.#forecaster = new Forecaster(this.#pace);
    }
    const { length } = this.#shape.sensors;
    const said = nothingSaid();
    for (; this.#fed < this.#times.length; this.#fed++) {
      const row = this.#values.subarray(this.#fed * length, (this.#fed + 1) * length);
      for (let sensor = 0; sensor < length; sensor++) row[sensor]! /= this.#unit;
      this.#forecaster.take(cityTick(this.#times[this.#fed]!, this.#pace, 'UTC'), row, length);
      // Forecast even where nobody asks, so that it can be judged.
      for (let sensor = 0; sensor < length; sensor++)
        for (let horizon = 0; horizon < this.#pace.horizons.length; horizon++)
          this.#forecaster.forecast(sensor, horizon, said);
    }
  }

  #beginLesson(row: number): void {
    const { sensors } = this.#shape;
    this.#note(`row ${row}: networks are taught on ${this.#times.length} rows of ${sensors.length} sensors`);
    this.#taughtSince = row;
    this.#lastTaught = row;
    this.#taught = teachInBackground({
      pace: this.#pace,
      sensors,
      times: Float64Array.from(this.#times),
      values: this.#values.slice(0, this.#times.length * sensors.length),
      teaching: { ...teaching, name: `network.${row}`, seed: row },
    });
    this.#taught.catch(() => undefined);
  }

  /** Employs the network that is being taught, if that is done within the time. */
  async #endLesson(row: number, milliseconds: number): Promise<void> {
    const waited = Number.isFinite(milliseconds)
      ? new Promise<undefined>((done) => setTimeout(done, milliseconds, undefined).unref())
      : new Promise<undefined>(() => undefined);
    const model = await Promise.race([this.#taught!, waited]);
    if (model === undefined) return;
    this.#taught = undefined;
    this.#forecaster!.employ(model, new Map(this.#shape.sensors.map((sensor, i) => [sensor, i])));
    this.#note(`row ${row}: ${model.name} is employed`);
  }

  #answer(): Answer {
    const { sensors, horizons } = this.#shape;
    const said = nothingSaid();
    const answer = { y: [] as number[][], lo: [] as number[][], hi: [] as number[][] };
    const byHorizon = new Map<number, { y: number[]; lo: number[]; hi: number[] }>();
    for (const [place, ahead] of this.#pace.horizons.entries()) {
      const one = { y: [] as number[], lo: [] as number[], hi: [] as number[] };
      for (let sensor = 0; sensor < sensors.length; sensor++) {
        this.#forecaster!.forecast(sensor, place, said);
        // Nothing was ever measured: anything would be a guess, so the middle.
        const isKnown = said.layer >= 0;
        one.y.push(this.#unit * (isKnown ? said.value : 50));
        one.lo.push(this.#unit * (isKnown ? said.low : 0));
        one.hi.push(this.#unit * (isKnown ? said.high : 100));
      }
      byHorizon.set(ahead, one);
    }
    for (const ahead of horizons) {
      const one = byHorizon.get(ahead)!;
      answer.y.push(one.y);
      answer.lo.push(one.lo);
      answer.hi.push(one.hi);
    }
    return answer;
  }
}

/** Throws RangeError with what is wrong and what would be right. */
function checkShape({ sensors, horizons, stepSeconds, testFrom }: SeriesShape): void {
  const complain = (wrong: string, right: string): never => {
    throw new RangeError(`${wrong}; ${right} would be right`);
  };
  const isHorizon = (ahead: number): boolean =>
    Number.isInteger(ahead) && ahead >= 1 && ahead <= longestHorizon;
  if (!Array.isArray(sensors) || sensors.length === 0) complain(`sensors ${sensors}`, 'a list of names');
  if (!Array.isArray(horizons) || horizons.length === 0 || !horizons.every(isHorizon))
    complain(`horizons ${horizons?.join?.(', ')}`, `whole numbers from 1 to ${longestHorizon}`);
  if (!(stepSeconds > 0)) complain(`stepSeconds ${stepSeconds}`, 'seconds above 0');
  if (!(Number.isInteger(testFrom) && testFrom >= 0)) complain(`testFrom ${testFrom}`, 'a row from 0 on');
}
