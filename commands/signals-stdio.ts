/**
 * `arterial signals stdio`: one JSON text a line each way, through the whole of the product. What a tick says goes as
 * statuses through the ingest into the log; what the processor advises is read from the log and said.
 */
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { ApproachState } from '#schemas/generated/approach.state.v1.ts';
import { type Adviser, openAdviser } from './signals-adviser.ts';
import type { Hello, Tick } from './signals-lines.ts';

type Line = Hello | Tick | { readonly type: 'ack' | 'end' };

export interface SignalsOptions {
  /** Cycles instead of stages. */
  readonly plansOnly?: boolean;
  /** Nothing is advised; what stands and comes is seen all the same. */
  readonly watchOnly?: boolean;
  /** File that is to hold what stood and came before each signal, minute by minute, one JSON text a line. */
  readonly approaches?: string | undefined;
}

/** Answers a `hello` with `ready`, each `tick` with advice and `go`, until `end`. */
export async function signalsStdio(
  input: Readable,
  output: Writable,
  note: (line: string) => void,
  { plansOnly = false, watchOnly = false, approaches }: SignalsOptions = {},
): Promise<void> {
  let adviser: Adviser | undefined;
  const minutes: ApproachState[] = [];
  const say = (message: object): void => {
    output.write(`${JSON.stringify(message)}\n`);
  };
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (line.trim() === '') continue;
      const said = JSON.parse(line) as Line;
      if (said.type === 'hello') {
        const what = plansOnly ? 'plans' : 'stages';
        adviser = await openAdviser(said, what, note, (minute) => minutes.push(minute));
        say({ type: 'ready' });
      } else if (said.type === 'tick') {
        if (adviser === undefined) throw new Error('a tick came before the hello');
        const advised = await adviser.take(said);
        for (const advice of watchOnly ? [] : advised) say({ ...advice, for_t: said.t });
        say({ type: 'go', t: said.t });
      } else if (said.type === 'ack') note(line);
      else if (said.type === 'end') break;
    }
  } finally {
    await adviser?.close();
    if (approaches !== undefined)
      await writeFile(approaches, minutes.map((minute) => `${JSON.stringify(minute)}\n`).join(''));
  }
}
