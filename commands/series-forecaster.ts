import { lessonsOfCarParks } from '#domain/forecast/curriculum.ts';
import type { NetworkModel } from '#domain/forecast/network-model.ts';
import type { Pace } from '#domain/forecast/pace.ts';
import { longestHorizon } from '#domain/forecast/recent.ts';
import { type Answer, ScaledForecaster } from './scaled-forecaster.ts';
import { SeriesRows } from './series-rows.ts';
import { type TeachOrder, teachInBackground } from './training/teach-in-background.ts';

/** What is known of a series of rows before the first comes. */
export interface SeriesShape {
  readonly sensors: readonly string[];
  /** Rows ahead, growing, at most 12. */
  readonly horizons: readonly number[];
  readonly stepSeconds: number;
  /** The first row that is answered. */
  readonly testFrom: number;
}

export interface SeriesOptions {
  readonly note: (line: string) => void;
  /** Whether no network is taught: all is learned from row to row. */
  readonly isOnline?: boolean;
  /** A row is answered after so many milliseconds at most, taught or not. */
  readonly patience?: number;
  /** Rows that the other side may have written ahead of what is read, in characters. */
  readonly readAhead?: number;
  readonly teach?: (order: TeachOrder, signal: AbortSignal) => Promise<NetworkModel>;
}

/** Values may grow so far beyond the largest that was seen before the first answer. */
const headroom = 1.5;
/** Networks are taught first when this share of the rows before the first answer has come, so that errors are known. */
const firstLessonShare = 0.85;
/** After the first answer so often, on all that has come. */
const lessonEverySeconds = 7 * 86_400;
const defaultPatience = 40_000;
/** A pipe holds 64 KiB, and a little is read ahead of it. */
const pipeCharacters = 80 * 1024;
/** A lesson takes so much longer than the one before let expect, at most. */
const slower = 1.5;
/** A network that is taught meanwhile is waited for once so many rows have been answered without it. */
const rowsWithout = 200;
const [members, lessonsOfRoads] = [4, 400_000];
/** Below this span of rows nothing worth it is learned by a network. */
const leastDays = 4;
/** Every so many rows are looked at for how long they are. */
const weighedEvery = 61;

/** Forecasts a series of rows, each as soon as it has come: learns from the rows themselves, and from nothing else. */
export class SeriesForecaster {
  readonly #shape: SeriesShape;
  readonly #pace: Pace;
  readonly #options: SeriesOptions;
  readonly #rows: SeriesRows;
  /** Those that split off, which are told of the same networks. */
  readonly #copies: SeriesForecaster[] = [];
  #largest = 0;
  #forecaster: ScaledForecaster | undefined;
  #fed = 0;
  /** Rows that were weighed, and their characters. */
  #weighed = { rows: 0, characters: 0 };
  /** While this row is dealt with, the first that is to be answered cannot have been sent yet; -1 is not known. */
  #unhurried = -1;
  readonly #closing = new AbortController();
  #taught: Promise<NetworkModel> | undefined;
  #taughtSince = Number.NEGATIVE_INFINITY;
  /** How long it took to teach on how many rows. */
  #lastLesson: { readonly milliseconds: number; readonly rows: number } | undefined;

  /** Throws RangeError when the shape is not one. */
  constructor(shape: SeriesShape, options: SeriesOptions) {
    checkShape(shape);
    this.#shape = shape;
    this.#options = options;
    this.#rows = new SeriesRows(shape.sensors.length, shape.stepSeconds);
    const horizons = [...new Set(shape.horizons)].sort((a, b) => a - b);
    this.#pace = { tickSeconds: shape.stepSeconds, horizons, recalls: shape.stepSeconds > 300 };
  }

  /** Takes in a row, and gives what is forecast from it, if it is to be answered. */
  async take(row: number, time: string, values: readonly (number | null)[]): Promise<Answer | undefined> {
    this.#rows.add(this.#checked(row, time, values), values);
    if (this.#forecaster === undefined)
      for (const value of values) if (value !== null && value > this.#largest) this.#largest = value;
    if (row % weighedEvery === 0) this.#weigh(row, values);
    const { testFrom } = this.#shape;
    if (row >= testFrom) {
      // Before the row is taken in: a network speaks of what it has been asked about.
      if (this.#taught && (row === testFrom || row - this.#taughtSince >= rowsWithout))
        await this.#endLesson(row, this.#options.patience ?? defaultPatience);
      this.#feed();
    }
    if (this.#isLessonDue(row)) {
      this.#feed();
      this.#beginLesson(row);
      if (row <= this.#unhurried) await this.#endLesson(row, Number.POSITIVE_INFINITY);
    }
    return row < testFrom ? undefined : this.#forecaster!.answer(this.#shape.horizons);
  }

  /** Another that knows the same but learns no networks of its own: it is told of those of this one. */
  copy(): SeriesForecaster {
    this.#feed();
    const other = new SeriesForecaster(this.#shape, { ...this.#options, isOnline: true });
    other.#forecaster = this.#forecaster!.copy();
    this.#copies.push(other);
    return other;
  }

  /** Ends a lesson that nobody waits for any more. */
  close(): void {
    this.#closing.abort();
  }

  /** Milliseconds of the time; throws RangeError when something of the row is not right. */
  #checked(row: number, time: string, values: readonly (number | null)[]): number {
    const at = Date.parse(`${time.slice(0, 19).replace(' ', 'T')}Z`);
    if (Number.isNaN(at))
      throw new RangeError(`row ${row}: time ${time}; 2012-03-01T00:05:00 would be right`);
    const { length } = this.#shape.sensors;
    if (values.length !== length)
      throw new RangeError(`row ${row}: ${values.length} values; ${length} would be right`);
    const wrong = values.find((value) => value !== null && !Number.isFinite(value));
    if (wrong !== undefined)
      throw new RangeError(`row ${row}: value ${wrong}; a number or null would be right`);
    return at;
  }

  /** Looks at how long rows are, and so at how many may have been written ahead. */
  #weigh(row: number, values: readonly (number | null)[]): void {
    const { testFrom } = this.#shape;
    if (row > testFrom >> 2) return;
    this.#weighed.rows++;
    // Beside the values, a row names itself and its time.
    this.#weighed.characters += JSON.stringify(values).length + 40;
    const characters = this.#weighed.characters / this.#weighed.rows;
    this.#unhurried = testFrom - 1 - Math.ceil((this.#options.readAhead ?? pipeCharacters) / characters);
  }

  /**
   * Networks are taught first on most of what comes before the first answer, then on all of it; when that would take
   * longer than an answer may, on what has come when the first row to be answered cannot have been sent yet. Then now
   * and then, while rows are answered.
   */
  #isLessonDue(row: number): boolean {
    const { testFrom, stepSeconds } = this.#shape;
    if (this.#options.isOnline || this.#taught || this.#rows.count * stepSeconds < leastDays * 86_400)
      return false;
    if (row >= testFrom) return (row - this.#taughtSince) * stepSeconds >= lessonEverySeconds;
    const early = Math.min(Math.floor(firstLessonShare * testFrom), this.#unhurried);
    if (row === early) return true;
    if (row === this.#unhurried && row > 1.05 * early) return row === testFrom - 1 || !this.#isQuick();
    return row === testFrom - 1 && this.#isQuick();
  }

  /** Whether a network can be taught on all rows before the first answer while that answer is waited for. */
  #isQuick(): boolean {
    if (this.#lastLesson === undefined) return true;
    const { milliseconds, rows } = this.#lastLesson;
    const expected = (slower * milliseconds * this.#rows.count) / rows;
    return expected < (this.#options.patience ?? defaultPatience);
  }

  /** Gives the forecaster all rows that it has not seen yet. */
  #feed(): void {
    this.#forecaster ??= new ScaledForecaster(
      this.#pace,
      this.#shape.sensors,
      headroom * (this.#largest || 100),
    );
    for (; this.#fed < this.#rows.count; this.#fed++)
      this.#forecaster.take(this.#rows.time(this.#fed), this.#rows.row(this.#fed));
  }

  #beginLesson(row: number): void {
    const { sensors } = this.#shape;
    const { count: rows } = this.#rows;
    this.#options.note(`row ${row}: networks are taught on ${rows} rows of ${sensors.length} sensors`);
    this.#taughtSince = row;
    const began = performance.now();
    const { teach = teachInBackground } = this.#options;
    const order: TeachOrder = {
      ...{ pace: this.#pace, sensors, times: this.#rows.times },
      values: this.#forecaster!.scaled(this.#rows.values),
      teaching: {
        ...{ members, name: `network.${row}`, seed: row },
        lessons: this.#pace.recalls ? lessonsOfCarParks : lessonsOfRoads,
      },
    };
    this.#taught = teach(order, this.#closing.signal).then((model) => {
      this.#lastLesson = { milliseconds: performance.now() - began, rows };
      return model;
    });
    this.#taught.catch(() => undefined);
  }

  /** Employs the network that is being taught, if that is done within the time. */
  async #endLesson(row: number, milliseconds: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const waited = new Promise<undefined>((done) => {
      if (Number.isFinite(milliseconds)) timer = setTimeout(done, milliseconds, undefined);
    });
    const model = await Promise.race([this.#taught!, waited]);
    clearTimeout(timer);
    if (model === undefined) return;
    this.#taught = undefined;
    for (const one of [this, ...this.#copies]) one.#forecaster!.employ(model);
    this.#options.note(`row ${row}: ${model.name} is employed`);
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
