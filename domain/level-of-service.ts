import type { LevelOfService } from './quality.ts';

/**
 * Level of service of a signalised lane group or intersection by control delay in seconds per vehicle (HCM 6,
 * chapter 19): A up to 10, B 20, C 35, D 55, E 80, else F. A lane group whose volume exceeds its capacity is
 * F whatever its delay; an intersection as a whole is judged by delay alone.
 */
export function losByControlDelay(delaySeconds: number, volumeToCapacity = 0): LevelOfService {
  if (volumeToCapacity > 1) return 'F';
  if (delaySeconds <= 10) return 'A';
  if (delaySeconds <= 20) return 'B';
  if (delaySeconds <= 35) return 'C';
  if (delaySeconds <= 55) return 'D';
  return delaySeconds <= 80 ? 'E' : 'F';
}

/**
 * Level of service of an urban street by travel speed as a share of free-flow speed (HCM 6, chapter 16):
 * A above 0.80, B 0.67, C 0.50, D 0.40, E 0.30, else F.
 */
export function losBySpeedShare(share: number): LevelOfService {
  if (share > 0.8) return 'A';
  if (share > 0.67) return 'B';
  if (share > 0.5) return 'C';
  if (share > 0.4) return 'D';
  return share > 0.3 ? 'E' : 'F';
}
