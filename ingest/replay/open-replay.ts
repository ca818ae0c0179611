import { openParking } from './parking.ts';
import type { Replay } from './replay.ts';
import { openSpeedMatrix } from './speed-matrix.ts';

/** What a recording can be read as. */
export const recordingKinds = ['speed-matrix', 'parking'] as const;
export type RecordingKind = (typeof recordingKinds)[number];

/**
 * Opens the recording in a folder; see `openSpeedMatrix` and `openParking` for the files that it must hold.
 */
export function openReplay(folder: string, as: RecordingKind): Promise<Replay> {
  return as === 'speed-matrix' ? openSpeedMatrix(folder) : openParking(folder);
}
