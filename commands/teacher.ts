/** A process that teaches one network, so that others go on meanwhile. */
import { teach } from '#domain/forecast/curriculum.ts';
import type { TeachOrder } from './teach-in-background.ts';
import { wallTicks } from './wall-ticks.ts';

process.once('message', ({ pace, sensors, times, values, teaching }: TeachOrder) => {
  const model = teach({ pace, sensors, ticks: wallTicks(times, pace), values }, teaching);
  process.send!(model, () => process.disconnect());
});
