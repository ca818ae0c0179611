/** The open windows of one partition. A window is made of panes, which are as long as windows are apart. */
import type { Frame, Row, Sums as SumsType } from './measures.ts';
import { hopRow, minuteRow, Sums } from './measures.ts';
import type { Detectors, Link } from './reference.ts';

export interface WindowJob {
  readonly windowMillis: number;
  readonly paneMillis: number;
  readonly rowOf: (link: Link, windowStart: number, sums: SumsType) => Row;
}

const minute: WindowJob = { windowMillis: 60_000, paneMillis: 60_000, rowOf: minuteRow };
const fiveMinutes: WindowJob = { windowMillis: 300_000, paneMillis: 10_000, rowOf: hopRow };

export const windowJobs = { frames: minute, single: minute, hop: fiveMinutes } as const;

const graceMillis = 10_000;

interface Pane {
  /** Of the first record with a reading in it. */
  readonly firstOffset: string;
  readonly links: Map<Link, Sums>;
}

export class PartitionWindows {
  private readonly job: WindowJob;
  private readonly detectors: Detectors;
  /** By start. */
  private readonly panes = new Map<number, Pane>();
  /** Start of the first pane with a reading. */
  private oldest = Number.POSITIVE_INFINITY;
  /** At of the newest frame. */
  private eventTime = Number.NEGATIVE_INFINITY;
  /** End of the last window that is complete. */
  private closedUntil = Number.NEGATIVE_INFINITY;
  /** The offset after the last record that was added. */
  nextOffset = 0n;

  constructor(job: WindowJob, detectors: Detectors) {
    this.job = job;
    this.detectors = detectors;
  }

  add(frame: Frame, offset: string): void {
    const { paneMillis } = this.job;
    const { at, intervalSeconds } = frame;
    const start = Math.floor((at - 500 * intervalSeconds) / paneMillis) * paneMillis;
    if (start + paneMillis <= this.closedUntil) return;
    const { links } = this.paneAt(start, offset);
    const cabinet = this.detectors.get(frame.cabinet)!;
    for (const reading of frame.readings) {
      const detector = cabinet.get(reading.detector)!;
      let sums = links.get(detector.link);
      if (sums === undefined) {
        sums = new Sums();
        links.set(detector.link, sums);
      }
      sums.addReading(reading, detector, intervalSeconds);
    }
    if (at > this.eventTime) this.eventTime = at;
  }

  private paneAt(start: number, offset: string): Pane {
    let pane = this.panes.get(start);
    if (pane === undefined) {
      pane = { firstOffset: offset, links: new Map() };
      this.panes.set(start, pane);
      this.oldest = Math.min(this.oldest, start);
    }
    return pane;
  }

  /** The rows of the windows that are complete now. */
  closeWindows(): Row[] {
    const { windowMillis, paneMillis } = this.job;
    const completeUntil = Math.floor((this.eventTime - graceMillis) / paneMillis) * paneMillis;
    if (completeUntil <= this.closedUntil) return [];
    const rows: Row[] = [];
    // Windows that begin before the first pane are not whole, and after a restart they are in the table.
    let start = Math.max(this.oldest, this.closedUntil + paneMillis - windowMillis);
    for (; start + windowMillis <= completeUntil; start += paneMillis) {
      for (const [link, sums] of this.sumsFrom(start)) rows.push(this.job.rowOf(link, start, sums));
      this.panes.delete(start);
    }
    this.closedUntil = completeUntil;
    return rows;
  }

  private sumsFrom(windowStart: number): Map<Link, Sums> {
    const { windowMillis, paneMillis } = this.job;
    if (windowMillis === paneMillis) return this.panes.get(windowStart)?.links ?? new Map();
    const totals = new Map<Link, Sums>();
    for (let start = windowStart; start < windowStart + windowMillis; start += paneMillis)
      for (const [link, sums] of this.panes.get(start)?.links ?? []) {
        let total = totals.get(link);
        if (total === undefined) {
          total = new Sums();
          totals.set(link, total);
        }
        total.addSums(sums);
      }
    return totals;
  }

  /** From here on all that feeds an open window is read again after a restart. */
  resumeOffset(): string {
    let resume = this.nextOffset;
    for (const { firstOffset } of this.panes.values())
      if (BigInt(firstOffset) < resume) resume = BigInt(firstOffset);
    return resume.toString();
  }
}
