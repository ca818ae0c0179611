import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
  /** So much more is done; `note` says how it goes. */
  add(count: number, note?: string): void;
  /** All is done, whatever was expected. */
  end(): void;
}

/** The stream that progress is shown on. */
export type ProgressStream = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** A bar on a terminal; on anything else a line at every tenth of `total`. `what` names what is counted. */
export function createProgress(stream: ProgressStream, what: string, total: number): Progress {
  return stream.isTTY === true ? createBar(stream, what, total) : createLines(stream, what, total);
}

function createBar(stream: ProgressStream, what: string, total: number): Progress {
  const bar = new SingleBar(
    {
      stream,
      format: `{bar} {percentage} % | {value}/{total} ${what} | {eta_formatted} left {note}`,
      hideCursor: true,
    },
    Presets.shades_classic,
  );
  bar.start(total, 0, { note: '' });
  let done = 0;
  return {
    add(count, note = '') {
      done += count;
      // The total is an estimate: the bar grows rather than run over.
      if (done > bar.getTotal()) bar.setTotal(done);
      bar.update(done, { note: note === '' ? '' : `| ${note}` });
    },
    end() {
      bar.setTotal(done);
      bar.update(done);
      bar.stop();
    },
  };
}

function createLines(stream: ProgressStream, what: string, total: number): Progress {
  let done = 0;
  let tenths = 0;
  return {
    add(count, note = '') {
      done += count;
      const reached = Math.min(9, Math.floor((done * 10) / Math.max(1, total)));
      if (reached <= tenths) return;
      tenths = reached;
      stream.write(`${tenths * 10} % of about ${total} ${what}${note === '' ? '' : `, ${note}`}\n`);
    },
    end() {
      stream.write(`all ${done} ${what}\n`);
    },
  };
}
