/** How much traffic there is, when, and where it wants to go. Shapes only; capacities come from the network. */
import type { Turn } from '#domain/network.ts';
import type { LocalTime } from './local-time.ts';

const bell = (hour: number, peak: number, width: number): number => Math.exp(-(((hour - peak) / width) ** 2));

/** Demand as a share of the weekday peak, 0..1. Two peaks on weekdays, one broad one at the weekend. */
export function demandShare({ hour, weekend }: LocalTime): number {
  if (weekend) return 0.1 + 0.55 * bell(hour, 14.5, 5);
  const day = 0.45 * bell(hour, 13, 6);
  const peaks = 0.75 * bell(hour, 8, 1.3) + 0.8 * bell(hour, 17.3, 1.7);
  return Math.min(1, 0.07 + day + peaks);
}

/** Pull of the centre: 1 in the morning peak, -1 in the evening peak, near 0 otherwise and at weekends. */
export function tide({ hour, weekend }: LocalTime): number {
  return weekend ? 0 : bell(hour, 8, 2) - bell(hour, 17.5, 2.2);
}

/** Share of drivers that make each turn where all are offered, before the size of the road is considered. */
export const turnShare: Readonly<Record<Turn, number>> = {
  thru: 0.72,
  left: 0.13,
  right: 0.145,
  uturn: 0.005,
};

/** Drivers an hour who want into a car park, as a share of its spaces. */
export function parkingWishShare({ hour, weekend }: LocalTime): number {
  if (weekend) return 0.03 + 0.3 * bell(hour, 13, 3);
  return 0.03 + 0.5 * bell(hour, 8.4, 1.4) + 0.18 * bell(hour, 13, 3);
}

/** Parked drivers an hour who leave, as a share of those inside. */
export function parkingLeaveShare({ hour, weekend }: LocalTime): number {
  if (weekend) return 0.1 + 0.4 * bell(hour, 18, 3);
  return 0.08 + 0.15 * bell(hour, 12.5, 2) + 0.55 * bell(hour, 17.6, 1.8);
}

/** Share of spaces taken on an ordinary day, 0..1: where a simulation starts. */
export function parkedShare({ hour, weekend }: LocalTime): number {
  if (weekend) return 0.2 + 0.4 * bell(hour, 15, 4);
  const rise = 1 / (1 + Math.exp(-(hour - 8.6) * 1.8));
  const fall = 1 / (1 + Math.exp((hour - 17.8) * 1.3));
  return 0.22 + 0.6 * rise * fall;
}
