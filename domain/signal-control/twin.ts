/** What the coming minute would be like if the controller went on with its own plan. */
import type { Led, Segment, Timing } from './horizon.ts';
import type { Layout } from './layout.ts';

/** The sequence of the controller's own plan from when a decision takes effect, up to `seconds` from now. */
export function nativeSequence(
  { signal, clearance }: Layout,
  { stage, elapsedSeconds }: Led,
  { latencySeconds }: Timing,
  seconds: number,
): Segment[] {
  const { native } = signal;
  const segments: Segment[] = [];
  const now = native.findIndex((one) => one.stage === stage);
  if (now < 0 || native.length === 0) return segments;
  let left = Math.ceil(seconds - latencySeconds);
  const add = (to: number, length: number): void => {
    const part = Math.min(left, Math.max(0, Math.round(length)));
    if (part > 0) segments.push({ to, waitSeconds: 0, seconds: part });
    left -= part;
  };
  add(stage, (native[now]?.greenSeconds as number) - elapsedSeconds);
  for (let i = now, from = stage; left > 0 && native.length > 1; ) {
    i = (i + 1) % native.length;
    const { stage: to, greenSeconds } = native[i] as (typeof native)[number];
    add(to, (clearance[from]?.[to] as number) + Math.max(1, greenSeconds));
    from = to;
  }
  return segments;
}
