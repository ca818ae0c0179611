/**
 * `arterial signals stdio`: drives the core of signal advice directly, one JSON text a line each way. It does not go
 * through ingest, log and processors yet.
 */
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { SignalControl } from '#domain/signal-control/control.ts';
import type { Advice, ControlModel } from '#domain/signal-control/model.ts';
import { PlanControl } from '#domain/signal-control/plan-control.ts';
import { controlModelOf, type Hello, observationOf, type Tick } from './signals-lines.ts';

type Line = Hello | Tick | { readonly type: 'ack' | 'end' };

/** Answers a `hello` with `ready`, each `tick` with advice and `go`, until `end`. */
export async function signalsStdio(
  input: Readable,
  output: Writable,
  note: (line: string) => void,
  plansOnly = false,
): Promise<void> {
  let control: SignalControl | PlanControl | undefined;
  let model: ControlModel | undefined;
  const say = (message: object): void => {
    output.write(`${JSON.stringify(message)}\n`);
  };
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === '') continue;
    const said = JSON.parse(line) as Line;
    if (said.type === 'hello') {
      model = controlModelOf(said);
      control = plansOnly ? new PlanControl(model) : new SignalControl(model);
      say({ type: 'ready' });
    } else if (said.type === 'tick') {
      if (control === undefined || model === undefined) throw new Error('a tick came before the hello');
      for (const advice of control.take(observationOf(said)))
        say({ ...lineOf(advice, model), for_t: said.t });
      say({ type: 'go', t: said.t });
    } else if (said.type === 'ack') note(line);
    else if (said.type === 'end') return;
  }
}

/** A stage that is to come later is said as a plan whose first green ends then. */
function lineOf(advice: Advice, model: ControlModel): object {
  if (advice.kind === 'stage') {
    const { signal, stage, from, afterSeconds, shownSeconds } = advice;
    if (afterSeconds === 0 || stage === from) return { type: 'stage', signal, stage };
    const others = model.signals
      .find(({ id }) => id === signal)!
      .stages.flatMap(({ nativeGreenSeconds }, other) =>
        other === from || other === stage ? [] : [{ stage: other, green_s: Math.max(5, nativeGreenSeconds) }],
      );
    return {
      type: 'plan',
      signal,
      stages: [{ stage: from, green_s: shownSeconds + afterSeconds }, { stage, green_s: 30 }, ...others],
    };
  }
  return {
    type: 'plan',
    signal: advice.signal,
    offset_s: advice.offsetSeconds,
    stages: advice.stages.map(({ stage, greenSeconds }) => ({ stage, green_s: greenSeconds })),
  };
}
