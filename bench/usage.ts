/** What a process has used, by its own system's account (Linux `/proc`). */
import { readdirSync, readFileSync } from 'node:fs';

export interface Usage {
  /** Of all its threads, and of the children that it has waited for. Seconds. */
  readonly cpuSeconds: number;
  /** Most that was ever resident. MiB. */
  readonly peakMib: number;
}

/** Clock ticks a second, in which Linux tells times to programs. */
const ticksPerSecond = 100;

/** Of a process and all of its descendants; undefined when it is gone, or the system has no such account. */
export function usageOf(pid: number): Usage | undefined {
  let [cpuSeconds, peakMib] = [0, 0];
  try {
    for (const each of [pid, ...descendantsOf(pid)]) {
      const stat = readFileSync(`/proc/${each}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      for (const field of [11, 12, 13, 14]) cpuSeconds += Number(fields[field]) / ticksPerSecond;
      const status = readFileSync(`/proc/${each}/status`, 'utf8');
      peakMib += Number(/^VmHWM:\s*(\d+)/m.exec(status)?.[1] ?? 0) / 1024;
    }
    return { cpuSeconds, peakMib };
  } catch {
    return undefined;
  }
}

function descendantsOf(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    } catch {
      // It has ended meanwhile.
    }
  }
  const found: number[] = [];
  for (const waiting = [pid]; waiting.length > 0; ) {
    const own = children.get(waiting.pop()!) ?? [];
    found.push(...own);
    waiting.push(...own);
  }
  return found;
}

/** Seconds that all cores together have worked and could have worked, since the machine started. */
export function machineSeconds(): { readonly busy: number; readonly all: number } {
  const fields = readFileSync('/proc/stat', 'utf8').split('\n')[0]!.split(/\s+/).slice(1, 9).map(Number);
  const all = fields.reduce((sum, value) => sum + value, 0);
  const idle = fields[3]! + fields[4]!;
  return { busy: (all - idle) / ticksPerSecond, all: all / ticksPerSecond };
}
