/** The simulated street at work: what it says goes through the ingest, and its controllers hear the advice. */
import type { Network } from '#domain/network.ts';
import type { EventTime } from '#domain/time.ts';
import type { Ingest } from '#ingest/ingest.ts';
import type { EventLog } from '#runtime/log.ts';
import type { SignalRecommendation } from '#schemas/generated/signal.recommendation.v1.ts';
import { embeddedIds } from '#schemas/registry.ts';
import { isRejection } from '#schemas/rejection.ts';
import { decodeRecord, type SchemaIds, schemaIdOf } from '#schemas/topic.ts';
import { signalAcknowledgements, signalRecommendations } from '#schemas/topics.ts';
import { ControllerClient, type SavedControllerClient } from '#simulators/controller.ts';
import {
  createSimulation,
  type Emission,
  type SavedSimulation,
  type TruthRecord,
} from '#simulators/simulation.ts';
import { ingestAll } from './stage.ts';

/** Who vouches in the heartbeats of a simulated street. */
export const streetSource = 'simulation';

export interface SavedStreet {
  readonly seed: number;
  readonly startAt: EventTime;
  readonly simulation: SavedSimulation;
  readonly controllers: SavedControllerClient;
  /** Next recommendation to hear, by partition. */
  readonly heard: readonly number[];
}

export interface StreetOptions {
  readonly network: Network;
  readonly seed: number;
  readonly startAt: EventTime;
  readonly partitions: number;
  readonly log: EventLog;
  readonly ingest: Ingest;
  /** Schema ids of the records in the log; those of the source tree when left out. */
  readonly ids?: SchemaIds;
}

export class Street {
  /** Records that the ingest refused: a simulator that says nonsense is worth knowing. */
  refused = 0;
  /** Plans that controllers have taken over. */
  applied = 0;
  private readonly options: StreetOptions;
  private readonly simulation;
  private readonly controllers;
  private heard: number[];
  private hasBegun = false;

  constructor(options: StreetOptions) {
    const { network, seed, startAt, partitions } = options;
    this.options = options;
    this.simulation = createSimulation({ network, seed, startAt });
    this.controllers = new ControllerClient(network, seed);
    this.heard = Array.from({ length: partitions }, () => 0);
  }

  /** Everything before this time has been simulated. */
  get now(): EventTime {
    return this.simulation.now;
  }

  /** Runs up to `until`, and gives what was said to the ingest together with a heartbeat. */
  async advance(until: EventTime): Promise<void> {
    const { ingest } = this.options;
    // The clock of every partition begins with the street, not with whichever device speaks first.
    if (!this.hasBegun) await ingest.heartbeat(streetSource, Math.max(this.now, this.options.startAt));
    this.hasBegun = true;
    const emissions: Emission[] = [];
    while (this.simulation.now < until) emissions.push(...this.simulation.advance());
    if (emissions.length > 0) this.refused += await ingestAll(ingest, emissions);
    await this.heed();
    await ingest.heartbeat(streetSource, this.now);
  }

  /** Runs up to `until` without saying anything: for what was said before a restart. */
  skip(until: EventTime): void {
    while (this.simulation.now < until) this.simulation.advance();
  }

  drainTruth(): TruthRecord[] {
    return this.simulation.drainTruth();
  }

  save(): SavedStreet {
    const { seed, startAt } = this.options;
    return {
      seed,
      startAt,
      simulation: this.simulation.save(),
      controllers: this.controllers.save(),
      heard: [...this.heard],
    };
  }

  restore(saved: SavedStreet): void {
    this.simulation.restore(saved.simulation);
    this.controllers.restore(saved.controllers);
    this.heard = [...saved.heard];
  }

  /** Hands new advice to the controllers, and what they say of it to the ingest. */
  private async heed(): Promise<void> {
    for (const recommendation of await this.hear()) this.controllers.receive(recommendation, this.now);
    const said = this.controllers.advance(this.now, this.simulation);
    this.applied += said.filter(({ status }) => status === 'applied').length;
    if (said.length > 0) await this.options.ingest.events(signalAcknowledgements, said);
  }

  private async hear(): Promise<SignalRecommendation[]> {
    const { log, ids = embeddedIds } = this.options;
    const { name } = signalRecommendations;
    const heard: SignalRecommendation[] = [];
    for (let partition = 0; partition < this.heard.length; partition++)
      for (;;) {
        const batch = await log.read(name, partition, this.heard[partition]!, 1 << 20);
        if (!batch) break;
        for (let i = 0; i < batch.count; i++) {
          const [start, end] = [batch.valueStarts[i]!, batch.valueEnds[i]!];
          if (schemaIdOf(batch.bytes, start, end) !== ids.id(name)) continue;
          const event = decodeRecord(signalRecommendations, batch.bytes, start, end);
          if (!isRejection(event)) heard.push(event);
        }
        this.heard[partition] = batch.nextPosition;
      }
    return heard.sort((a, b) => a.at - b.at || (a.recommendation < b.recommendation ? -1 : 1));
  }
}
