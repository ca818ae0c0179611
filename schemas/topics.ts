/** Every topic, once: its key, event time and name. The list is closed; a test compares it with the docs. */
import type { EventTime } from '#domain/time.ts';
import {
  type ApproachState,
  decodeApproachState,
  encodeApproachState,
} from './generated/approach.state.v1.ts';
import {
  type CameraObservation,
  decodeCameraObservation,
  encodeCameraObservation,
} from './generated/camera.observation.v1.ts';
import {
  type CitizenReport,
  decodeCitizenReport,
  encodeCitizenReport,
} from './generated/citizen.report.v1.ts';
import {
  type DetectorFrame,
  decodeDetectorFrame,
  encodeDetectorFrame,
} from './generated/detector.frame.v1.ts';
import {
  type DriverSubscription,
  decodeDriverSubscription,
  encodeDriverSubscription,
} from './generated/driver.subscription.v1.ts';
import {
  decodeEnvironmentReading,
  type EnvironmentReading,
  encodeEnvironmentReading,
} from './generated/environment.reading.v1.ts';
import {
  decodeForecastAccuracy,
  encodeForecastAccuracy,
  type ForecastAccuracy,
} from './generated/forecast.accuracy.v1.ts';
import {
  decodeForecastModel,
  encodeForecastModel,
  type ForecastModel,
} from './generated/forecast.model.v1.ts';
import { decodeIncident, encodeIncident, type Incident } from './generated/incident.v1.ts';
import {
  decodeIntersectionPerformance,
  encodeIntersectionPerformance,
  type IntersectionPerformance,
} from './generated/intersection.performance.v1.ts';
import { decodeLinkForecast, encodeLinkForecast, type LinkForecast } from './generated/link.forecast.v1.ts';
import { decodeLinkState, encodeLinkState, type LinkState } from './generated/link.state.v1.ts';
import {
  type DriverNotification,
  decodeDriverNotification,
  encodeDriverNotification,
} from './generated/notification.v1.ts';
import { decodeParkingEvent, encodeParkingEvent, type ParkingEvent } from './generated/parking.event.v1.ts';
import {
  decodeParkingForecast,
  encodeParkingForecast,
  type ParkingForecast,
} from './generated/parking.forecast.v1.ts';
import { decodeParkingState, encodeParkingState, type ParkingState } from './generated/parking.state.v1.ts';
import {
  decodeSignalAcknowledgement,
  encodeSignalAcknowledgement,
  type SignalAcknowledgement,
} from './generated/signal.acknowledgement.v1.ts';
import {
  decodeSignalBenefit,
  encodeSignalBenefit,
  type SignalBenefit,
} from './generated/signal.benefit.v1.ts';
import { decodeSignalEvents, encodeSignalEvents, type SignalEvents } from './generated/signal.event.v1.ts';
import {
  decodeSignalRecommendation,
  encodeSignalRecommendation,
  type SignalRecommendation,
} from './generated/signal.recommendation.v1.ts';
import { decodeSignalStage, encodeSignalStage, type SignalStage } from './generated/signal.stage.v1.ts';
import { decodeSignalStatus, encodeSignalStatus, type SignalStatus } from './generated/signal.status.v1.ts';
import { type Rejection, reject } from './rejection.ts';
import type { Topic } from './topic.ts';
import type { Reader, Writer } from './wire.ts';

interface Common<Event> {
  name: string;
  key: (event: Event) => string;
  source: (event: Event) => string;
  sequence: (event: Event) => number;
  check?: (event: Event) => Rejection | undefined;
  encode: (writer: Writer, value: Event) => void;
  decode: (reader: Reader) => Event;
}

const at = (event: { readonly at: EventTime }): EventTime => event.at;
const sequence = (event: { readonly sequence: number }): number => event.sequence;
const revision = (event: { readonly revision: number }): number => event.revision;
/** Of what has a name of its own. */
const onlyOne = (): number => 0;

/** A topic that devices and people write. */
const raw = <Event extends { at: EventTime }>(topic: Common<Event>): Topic<Event> => ({
  check: () => undefined,
  ...topic,
  progress: { by: 'events' },
  at,
});

/** A topic that processors write. */
const derived = <Event extends { at: EventTime }>(topic: Common<Event>): Topic<Event> => ({
  check: () => undefined,
  ...topic,
  progress: { by: 'sources' },
  at,
});

export const detectorFrames: Topic<DetectorFrame> = raw({
  name: 'detector.frame.v1',
  key: (e) => e.site,
  source: (e) => e.cabinet,
  sequence,
  check: checkFrame,
  encode: encodeDetectorFrame,
  decode: decodeDetectorFrame,
});

export const cameraObservations: Topic<CameraObservation> = raw({
  name: 'camera.observation.v1',
  key: (e) => e.site,
  source: (e) => e.camera,
  sequence,
  encode: encodeCameraObservation,
  decode: decodeCameraObservation,
});

export const signalEvents: Topic<SignalEvents> = raw({
  name: 'signal.event.v1',
  key: (e) => e.site,
  source: (e) => e.intersection,
  sequence,
  encode: encodeSignalEvents,
  decode: decodeSignalEvents,
});

export const parkingEvents: Topic<ParkingEvent> = raw({
  name: 'parking.event.v1',
  key: (e) => e.facility,
  source: (e) => e.facility,
  sequence,
  check: checkParkingEvent,
  encode: encodeParkingEvent,
  decode: decodeParkingEvent,
});

export const environmentReadings: Topic<EnvironmentReading> = raw({
  name: 'environment.reading.v1',
  key: (e) => e.station,
  source: (e) => e.station,
  sequence,
  encode: encodeEnvironmentReading,
  decode: decodeEnvironmentReading,
});

export const citizenReports: Topic<CitizenReport> = raw({
  name: 'citizen.report.v1',
  key: (e) => e.district,
  source: (e) => e.report,
  sequence: onlyOne,
  encode: encodeCitizenReport,
  decode: decodeCitizenReport,
});

export const driverSubscriptions: Topic<DriverSubscription> = raw({
  name: 'driver.subscription.v1',
  key: (e) => e.district,
  source: (e) => e.subscription,
  sequence,
  encode: encodeDriverSubscription,
  decode: decodeDriverSubscription,
});

export const signalAcknowledgements: Topic<SignalAcknowledgement> = raw({
  name: 'signal.acknowledgement.v1',
  key: (e) => e.district,
  source: (e) => `${e.recommendation}#${e.status}`,
  sequence,
  encode: encodeSignalAcknowledgement,
  decode: decodeSignalAcknowledgement,
});

export const signalStatuses: Topic<SignalStatus> = raw({
  name: 'signal.status.v1',
  key: (e) => e.district,
  source: (e) => e.intersection,
  sequence,
  check: checkStatus,
  encode: encodeSignalStatus,
  decode: decodeSignalStatus,
});

export const forecastModels: Topic<ForecastModel> = raw({
  name: 'forecast.model.v1',
  key: (e) => e.district,
  source: (e) => `${e.district}#${e.name}`,
  sequence,
  encode: encodeForecastModel,
  decode: decodeForecastModel,
});

export const linkStates: Topic<LinkState> = derived({
  name: 'link.state.v1',
  key: (e) => e.district,
  source: (e) => `${e.link}@${e.windowStart}`,
  sequence: revision,
  encode: encodeLinkState,
  decode: decodeLinkState,
});

export const intersectionPerformances: Topic<IntersectionPerformance> = derived({
  name: 'intersection.performance.v1',
  key: (e) => e.district,
  source: (e) => `${e.intersection}@${e.windowStart}`,
  sequence: revision,
  encode: encodeIntersectionPerformance,
  decode: decodeIntersectionPerformance,
});

export const incidents: Topic<Incident> = derived({
  name: 'incident.v1',
  key: (e) => e.district,
  source: (e) => e.incident,
  sequence: revision,
  encode: encodeIncident,
  decode: decodeIncident,
});

export const parkingStates: Topic<ParkingState> = derived({
  name: 'parking.state.v1',
  key: (e) => e.district,
  source: (e) => `${e.facility}@${e.windowStart}`,
  sequence: revision,
  encode: encodeParkingState,
  decode: decodeParkingState,
});

export const linkForecasts: Topic<LinkForecast> = derived({
  name: 'link.forecast.v1',
  key: (e) => e.district,
  source: (e) => `${e.link}@${e.at}`,
  sequence: (e) => e.horizonMinutes,
  encode: encodeLinkForecast,
  decode: decodeLinkForecast,
});

export const parkingForecasts: Topic<ParkingForecast> = derived({
  name: 'parking.forecast.v1',
  key: (e) => e.district,
  source: (e) => `${e.facility}@${e.at}`,
  sequence: (e) => e.horizonMinutes,
  encode: encodeParkingForecast,
  decode: decodeParkingForecast,
});

export const forecastAccuracies: Topic<ForecastAccuracy> = derived({
  name: 'forecast.accuracy.v1',
  key: (e) => e.district,
  source: (e) => `${e.subject}/${e.id}@${e.windowStart}`,
  sequence: (e) => e.horizonMinutes,
  encode: encodeForecastAccuracy,
  decode: decodeForecastAccuracy,
});

export const signalRecommendations: Topic<SignalRecommendation> = derived({
  name: 'signal.recommendation.v1',
  key: (e) => e.district,
  source: (e) => e.recommendation,
  sequence: onlyOne,
  encode: encodeSignalRecommendation,
  decode: decodeSignalRecommendation,
});

export const signalStages: Topic<SignalStage> = derived({
  name: 'signal.stage.v1',
  key: (e) => e.district,
  source: (e) => e.advice,
  sequence: onlyOne,
  encode: encodeSignalStage,
  decode: decodeSignalStage,
});

export const signalBenefits: Topic<SignalBenefit> = derived({
  name: 'signal.benefit.v1',
  key: (e) => e.district,
  source: (e) => e.recommendation,
  sequence: (e) => e.windows,
  encode: encodeSignalBenefit,
  decode: decodeSignalBenefit,
});

export const approachStates: Topic<ApproachState> = derived({
  name: 'approach.state.v1',
  key: (e) => e.district,
  source: (e) => `${e.intersection}@${e.windowStart}`,
  sequence: onlyOne,
  encode: encodeApproachState,
  decode: decodeApproachState,
});

export const driverNotifications: Topic<DriverNotification> = derived({
  name: 'notification.v1',
  key: (e) => e.district,
  source: (e) => e.notification,
  sequence: onlyOne,
  encode: encodeDriverNotification,
  decode: decodeDriverNotification,
});

/** What devices and people say. */
export const rawTopics = [
  detectorFrames,
  cameraObservations,
  signalEvents,
  parkingEvents,
  environmentReadings,
  citizenReports,
  driverSubscriptions,
  signalAcknowledgements,
  forecastModels,
  signalStatuses,
] as const;

/** What processors say. */
export const derivedTopics = [
  linkStates,
  intersectionPerformances,
  incidents,
  parkingStates,
  linkForecasts,
  parkingForecasts,
  forecastAccuracies,
  signalRecommendations,
  driverNotifications,
  signalStages,
  approachStates,
  signalBenefits,
] as const;

function checkFrame(frame: DetectorFrame): Rejection | undefined {
  const { readings } = frame;
  for (let i = 0; i < readings.length; i++)
    if ((readings.count[i] as number) > 0 && readings.speedDecikph[i] === 0)
      return reject(
        'value.combination',
        `readings[${i}].speedDecikph`,
        `speed 0 with ${readings.count[i]} vehicles counted; leave the speed out when it was not measured`,
      );
  return undefined;
}

function checkParkingEvent(event: ParkingEvent): Rejection | undefined {
  if (event.kind === 'count' && event.occupiedSpaces === null)
    return reject(
      'value.combination',
      'occupiedSpaces',
      'a count without a number; occupiedSpaces would be right',
    );
  if ((event.kind === 'spaceOn' || event.kind === 'spaceOff') && event.space === null)
    return reject('value.combination', 'space', `${event.kind} without a space; its id would be right`);
  return undefined;
}

function checkStatus({ zones }: SignalStatus): Rejection | undefined {
  for (const [i, { vehicles, halted }] of zones.entries())
    if (vehicles !== null && halted !== null && halted > vehicles)
      return reject(
        'value.combination',
        `zones[${i}].halted`,
        `${halted} stand of ${vehicles}; ${vehicles} at most would be right`,
      );
  return undefined;
}
