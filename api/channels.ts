/** Which topics tell of which kind, and how their records become what REST would say. */
import type { Incident } from '#schemas/generated/incident.v1.ts';
import type { IntersectionPerformance } from '#schemas/generated/intersection.performance.v1.ts';
import type { LinkForecast } from '#schemas/generated/link.forecast.v1.ts';
import type { LinkState } from '#schemas/generated/link.state.v1.ts';
import type { DriverNotification } from '#schemas/generated/notification.v1.ts';
import type { ParkingForecast } from '#schemas/generated/parking.forecast.v1.ts';
import type { ParkingState } from '#schemas/generated/parking.state.v1.ts';
import type { SignalAcknowledgement } from '#schemas/generated/signal.acknowledgement.v1.ts';
import type { SignalRecommendation } from '#schemas/generated/signal.recommendation.v1.ts';
import type { SignalStage } from '#schemas/generated/signal.stage.v1.ts';
import type { Topic } from '#schemas/topic.ts';
import {
  driverNotifications,
  incidents,
  intersectionPerformances,
  linkForecasts,
  linkStates,
  parkingForecasts,
  parkingStates,
  signalAcknowledgements,
  signalRecommendations,
  signalStages,
} from '#schemas/topics.ts';
import type { ApiContext } from './context.ts';
import { lookAtIntersection, lookAtParking } from './looks.ts';
import { presentIncident, presentLink, presentLinkForecast, presentParkingForecast } from './present.ts';
import { presentAdvice, presentNotification, presentStage } from './present-signals.ts';
import type { Channel } from './tail.ts';

/** Everything that the stream can tell of. */
export const streamKinds = [
  'link',
  'incident',
  'parking',
  'forecast',
  'parking-forecast',
  'intersection',
  'recommendation',
  'stage',
  'notification',
] as const;
export type StreamKind = (typeof streamKinds)[number];

/** The channels of all kinds. A recommendation is told again each time something is said about it. */
export function createChannels(context: ApiContext): readonly Channel[] {
  const { network, clock, live, advice, signingKey } = context;

  const channel = <Event>(
    topic: Topic<Event>,
    kind: StreamKind,
    show: (event: Event) => Promise<object | undefined> | object | undefined,
    subscriptionOf: (event: Event) => string | undefined = () => undefined,
  ): Channel => ({
    topic: topic as Topic<never>,
    kind,
    async present(event) {
      const shown = await show(event as Event);
      if (shown === undefined) return undefined;
      return { kind, json: JSON.stringify(shown), subscription: subscriptionOf(event as Event) };
    },
  });

  const showAdvice = async (id: string, document?: SignalRecommendation) => {
    const known = (await advice.find(id)) ?? (document && { document, acknowledgements: [] });
    return known && presentAdvice(known, signingKey, clock.now());
  };

  return [
    channel<LinkState>(linkStates, 'link', (event) => {
      const link = network.links.get(event.link);
      return link && presentLink(link, event, clock.now());
    }),
    channel<Incident>(incidents, 'incident', (event) => presentIncident(event, clock.now())),
    channel<ParkingState>(parkingStates, 'parking', async (event) => {
      const facility = network.facilities.get(event.facility);
      if (facility === undefined) return undefined;
      const { forecasts: _, ...shown } = lookAtParking(await live.list('parking-forecast'), clock.now())(
        facility,
        event,
      );
      return shown;
    }),
    channel<LinkForecast>(linkForecasts, 'forecast', (event) => presentLinkForecast(event, clock.now())),
    channel<ParkingForecast>(parkingForecasts, 'parking-forecast', (event) =>
      presentParkingForecast(event, clock.now()),
    ),
    channel<IntersectionPerformance>(intersectionPerformances, 'intersection', async (event) => {
      const intersection = network.intersections.get(event.intersection);
      if (intersection === undefined) return undefined;
      const known = await advice.of(intersection.id);
      return lookAtIntersection(context, intersection, event, known, clock.now());
    }),
    channel<SignalRecommendation>(signalRecommendations, 'recommendation', (event) =>
      showAdvice(event.recommendation, event),
    ),
    channel<SignalAcknowledgement>(signalAcknowledgements, 'recommendation', (event) =>
      showAdvice(event.recommendation),
    ),
    channel<SignalStage>(signalStages, 'stage', (event) => presentStage(event, signingKey)),
    channel<DriverNotification>(
      driverNotifications,
      'notification',
      (event) => presentNotification(event, clock.now()),
      (event) => event.subscription,
    ),
  ];
}
