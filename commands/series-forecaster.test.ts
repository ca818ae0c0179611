import { describe, expect, it } from 'vitest';
import { countedTick } from '#domain/forecast/city-ticks.ts';
import { teach } from '#domain/forecast/curriculum.ts';
import type { NetworkModel } from '#domain/forecast/network-model.ts';
import { town } from '#domain/forecast/town.fixture.ts';
import type { Answer } from './scaled-forecaster.ts';
import { SeriesForecaster, type SeriesOptions } from './series-forecaster.ts';
import type { TeachOrder } from './training/teach-in-background.ts';

const start = Date.UTC(2012, 2, 1);
const timeOf = (step: number, seconds: number): string =>
  new Date(start + step * seconds * 1000).toISOString().slice(0, 19);

/** A value for each sensor, and when in steps, of each row. */
type Row = readonly [number, readonly (number | null)[]];

async function answersOf(
  rows: readonly Row[],
  testFrom: number,
  { stepSeconds = 300, ...options }: Partial<SeriesOptions> & { readonly stepSeconds?: number } = {},
): Promise<{ answers: Answer[]; notes: string[] }> {
  const notes: string[] = [];
  const sensors = rows[0]![1].map((_, i) => `S${i}`);
  const forecaster = new SeriesForecaster(
    { sensors, horizons: [1, 2], stepSeconds, testFrom },
    { note: (line) => void notes.push(line), ...options },
  );
  const answers: Answer[] = [];
  for (const [row, [step, values]] of rows.entries()) {
    const answer = await forecaster.take(row, timeOf(step, stepSeconds), values);
    if (answer) answers.push(answer);
  }
  return { answers, notes };
}

describe('rows that are left out', () => {
  const all: Row[] = Array.from({ length: 200 }, (_, i) => [i, [50 + 20 * Math.sin(i / 9), 30 + (i % 7)]]);
  const isLeftOut = (step: number): boolean =>
    (step >= 100 && step < 105) || step === 130 || (step >= 160 && step < 190);
  const answered = (rows: readonly Row[]) => answersOf(rows, 100);

  it('are as rows with nothing in them', async () => {
    const empty = all.map(([step, values]): Row => [step, isLeftOut(step) ? [null, null] : values]);
    const left = all.filter(([step]) => !isLeftOut(step));
    const steps = left.slice(100).map(([step]) => step);
    const { answers: withEmpty } = await answered(empty);
    expect((await answered(left)).answers).toEqual(steps.map((step) => withEmpty[step - 100]));
  });

  it('make a clock that jumps a year no slower, and one that is put back no stranger', async () => {
    const later = all.map(([step, values]): Row => [step + (step > 150 ? 105_120 : 0), values]);
    const again = all.map(([step, values]): Row => [step - (step > 150 ? 12 : 0), values]);
    for (const rows of [later, again]) {
      const { answers } = await answered(rows);
      expect(answers).toHaveLength(100);
      const last = answers.at(-1)!;
      expect(Math.abs(last.y[0]![1]! - 33)).toBeLessThan(8);
      for (const numbers of Object.values(last).flat(2)) expect(numbers).not.toBeNaN();
    }
  });
});

describe('lessons', () => {
  const [sensors, days, testFrom] = [4, 6, 6 * 288 - 250];
  const pace = { tickSeconds: 300, horizons: [1, 2], recalls: false };
  const { values } = town(pace, sensors, days, 9);
  const rows: Row[] = Array.from({ length: days * 288 }, (_, i) => [
    i,
    [...values.subarray(i * sensors, (i + 1) * sensors)],
  ]);
  const early = Math.floor(0.85 * testFrom);

  /** Teaches as it is taught in a thread, but here, and with few lessons. */
  function school() {
    const orders: TeachOrder[] = [];
    const taught = async (order: TeachOrder): Promise<NetworkModel> => {
      orders.push(order);
      const { times, sensors: names, values: numbers } = order;
      const ticks = Array.from(times, (at, number) => countedTick(number, at, order.pace));
      const history = { pace: order.pace, sensors: names, ticks, values: numbers };
      return teach(history, { ...order.teaching, members: 1, lessons: 3000 });
    };
    return { orders, teach: taught };
  }

  it('are on most rows before the first answer, then on all of them, of which that answer speaks', async () => {
    const { orders, teach: taught } = school();
    const [networks, online] = [
      await answersOf(rows, testFrom, { teach: taught, readAhead: 500 }),
      await answersOf(rows, testFrom, { isOnline: true }),
    ];
    expect(orders.map(({ times }) => times.length)).toEqual([early + 1, testFrom]);
    expect(networks.notes).toEqual([
      `row ${early}: networks are taught on ${early + 1} rows of 4 sensors`,
      `row ${early}: network.${early} is employed`,
      `row ${testFrom - 1}: networks are taught on ${testFrom} rows of 4 sensors`,
      `row ${testFrom}: network.${testFrom - 1} is employed`,
    ]);
    expect(online.notes).toEqual([]);
    expect(networks.answers[0]).not.toEqual(online.answers[0]);
    // As shares of a little more than the largest that was seen.
    const largest = Math.max(...orders[1]!.values);
    expect(largest).toBeGreaterThan(60);
    expect(largest).toBeLessThan(70);
  });

  it('are on no row that may follow the first answer, where they would take longer than it may', async () => {
    const { orders, teach: taught } = school();
    const characters = JSON.stringify(rows[0]![1]).length + 40;
    const readAhead = 100 * characters;
    await answersOf(rows, testFrom, { teach: taught, patience: 0, readAhead });
    const [first, second] = orders.map(({ times }) => times.length);
    expect(first).toBe(early + 1);
    expect(testFrom - second!).toBeGreaterThan(90);
    expect(testFrom - second!).toBeLessThan(120);
  });

  it('end when no row comes any more', async () => {
    const signals: AbortSignal[] = [];
    const forecaster = new SeriesForecaster(
      { sensors: ['a'], horizons: [1], stepSeconds: 43_200, testFrom: 0 },
      {
        note: () => undefined,
        teach: (_, signal) => {
          signals.push(signal);
          return new Promise(() => undefined);
        },
      },
    );
    for (let row = 0; row < 12; row++) await forecaster.take(row, timeOf(row, 43_200), [50]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    forecaster.close();
    expect(signals[0]!.aborted).toBe(true);
  });

  it('are more where rows are of car parks', async () => {
    const lessonsAt = async (stepSeconds: number): Promise<number> => {
      const asked: number[] = [];
      const shape = { sensors: ['a'], horizons: [1], stepSeconds, testFrom: 0 };
      const forecaster = new SeriesForecaster(shape, {
        note: () => undefined,
        teach: ({ teaching }) => {
          asked.push(teaching.lessons);
          return new Promise(() => undefined);
        },
      });
      for (let row = 0; asked.length === 0; row++) await forecaster.take(row, timeOf(row, stepSeconds), [50]);
      forecaster.close();
      return asked[0]!;
    };
    expect([await lessonsAt(300), await lessonsAt(1800)]).toEqual([400_000, 1_000_000]);
  });

  it('that are not over in time are gone without, until some rows later', async () => {
    let [model, lessons]: [NetworkModel | undefined, number] = [undefined, 0];
    const once = school();
    await answersOf(rows, testFrom, {
      ...{ readAhead: 0, patience: Number.POSITIVE_INFINITY },
      teach: async (order) => {
        model = await once.teach(order);
        return model;
      },
    });
    const { answers, notes } = await answersOf(rows, testFrom, {
      ...{ readAhead: 500, patience: 50 },
      teach: async () => {
        if (++lessons > 1) await new Promise((done) => setTimeout(done, 150));
        return model!;
      },
    });
    expect(answers).toHaveLength(250);
    const employed = notes
      .filter((note) => note.includes('is employed'))
      .map((note) => Number(/\d+/.exec(note)));
    expect(employed[0]).toBe(early);
    expect(employed).toHaveLength(2);
    expect(employed[1]).toBeGreaterThanOrEqual(testFrom - 1 + 200);
  });
});
