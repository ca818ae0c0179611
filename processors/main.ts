/** Every processor of the city, in the order in which the stream passes them. */
import type { AnyProcessor } from '#runtime/processor.ts';
import { driverNotices } from './driver-notices/driver-notices.ts';
import { cameraIncidents } from './incidents/camera-incidents.ts';
import { citizenIncidents } from './incidents/citizen-incidents.ts';
import { weatherHazards } from './incidents/weather-hazards.ts';
import { intersectionPerformance } from './intersection-performance/intersection-performance.ts';
import { linkForecast } from './link-forecast/link-forecast.ts';
import { linkState } from './link-state/link-state.ts';
import { parkingForecast } from './parking-forecast/parking-forecast.ts';
import { parkingState } from './parking-state/parking-state.ts';
import { signalControl } from './signal-control/signal-control.ts';
import { signalTiming } from './signal-timing/signal-timing.ts';

export const processors: readonly AnyProcessor[] = [
  linkState,
  intersectionPerformance,
  parkingState,
  cameraIncidents,
  weatherHazards,
  citizenIncidents,
  linkForecast,
  parkingForecast,
  signalTiming,
  signalControl,
  driverNotices,
];
