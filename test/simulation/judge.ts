/** Compares, when all is calm, what the store holds with what must have come of the log. */
import type { Ledger, Row } from '#runtime/measures.ts';
import { partitionOf } from '#runtime/partitioner.ts';
import { embeddedIds } from '#schemas/registry.ts';
import { rowOf } from '#schemas/row.ts';
import { schemaIdOf } from '#schemas/topic.ts';
import { parkingForecasts, parkingStates } from '#schemas/topics.ts';
import { type FirstStage, firstStage, type SecondStage, secondStage } from './oracle.ts';
import { countByMinute, sumByDistrict } from './stages.ts';
import { rawTopics } from './street.ts';
import { nameIn } from './watch.ts';
import type { World } from './world.ts';

export async function judge(world: World): Promise<void> {
  const { plan, log, street } = world;
  const first = Array.from({ length: plan.partitions }, (_, partition) =>
    firstStage(partition, (topic) =>
      log.valuesOf(topic, partition).map((value) => street.meanings.get(value)!),
    ),
  );
  const second = first.map((_, partition) => secondStage(partition, plan.partitions, first));
  await judgeTables(world, first, second);
  judgeUnusable(world, first);
  await judgeLedgers(world, first, second);
  judgeTold(world, first, second);
}

async function judgeTables(
  world: World,
  first: readonly FirstStage[],
  second: readonly SecondStage[],
): Promise<void> {
  const states = new Map<string, Row>();
  for (const { states: said } of first)
    for (const state of said) states.set(`${state.facility}@${state.windowStart}`, rowOf(state) as Row);
  const forecasts = new Map<string, Row>();
  for (const { forecasts: said } of second)
    for (const forecast of said) forecasts.set(nameIn(parkingForecasts, forecast), rowOf(forecast) as Row);
  const stored = new Map<string, Row>();
  for (const row of await rowsOf(world, 'parking_state', 'window_start'))
    stored.set(`${row['facility']}@${row['window_start']}`, row);
  compare(world, 'parking_state', stored, states);
  const issued = new Map<string, Row>();
  for (const row of await rowsOf(world, 'parking_forecast', 'at'))
    issued.set(`${row['facility']}@${row['at']}#${row['horizon_minutes']}`, row);
  compare(world, 'parking_forecast', issued, forecasts);
}

const rowsOf = ({ store }: World, table: string, timeColumn: string): Promise<readonly Row[]> => {
  const { MIN_SAFE_INTEGER: from, MAX_SAFE_INTEGER: to } = Number;
  return store.measures.select({ table, where: {}, timeColumn, from, to, limit: to });
};

function compare(
  { watch }: World,
  what: string,
  found: ReadonlyMap<string, unknown>,
  right: ReadonlyMap<string, unknown>,
): void {
  for (const [key, value] of right) {
    const there = found.get(key);
    if (there === undefined) watch.complain(`${what}: ${key} is missing`);
    else if (!isSame(there, value))
      watch.complain(`${what}: ${key} is ${plain(there)}; ${plain(value)} would be right`);
  }
  for (const key of found.keys()) if (!right.has(key)) watch.complain(`${what}: ${key} should not be there`);
}

const isSame = (a: unknown, b: unknown): boolean =>
  a === b || JSON.stringify(a) === JSON.stringify(b) || plain(a) === plain(b);

/** As text, whatever the order of the fields. */
const plain = (value: unknown): string =>
  typeof value === 'object' && value !== null ? JSON.stringify(Object.entries(value).sort()) : String(value);

function judgeUnusable(world: World, first: readonly FirstStage[]): void {
  const found = new Map(
    [...world.store.unusable].map(([place, record]) => [
      place,
      `${record.kind} ${record.code} ${record.bytes.toString('hex')}`,
    ]),
  );
  const right = new Map<string, string>();
  first.forEach(({ unusable }, partition) => {
    for (const topic of rawTopics)
      world.log.valuesOf(topic, partition).forEach((bytes, position) => {
        const place = `${topic}/${partition}/${position}`;
        const code = unusable.get(place);
        if (code === undefined) return;
        const kind = code === 'late' ? 'late' : 'rejected';
        right.set(`${countByMinute.name} ${place}`, `${kind} ${code} ${bytes.toString('hex')}`);
      });
  });
  compare(world, 'unusable', found, right);
}

async function judgeLedgers(
  world: World,
  first: readonly FirstStage[],
  second: readonly SecondStage[],
): Promise<void> {
  const found = new Map<string, Ledger>();
  for (const { processor, partition, ledger } of await world.store.progress.listProgress())
    found.set(`${processor}/${partition}`, ledger);
  const right = new Map<string, Ledger>();
  first.forEach(({ ledger }, partition) => {
    right.set(`${countByMinute.name}/${partition}`, ledger);
  });
  second.forEach(({ folded, open }, partition) => {
    const values = world.log.valuesOf(parkingStates.name, partition);
    const heartbeats = values.filter((value) => schemaIdOf(value, 0, value.length) === embeddedIds.heartbeat);
    const ledger: Ledger = {
      read: values.length,
      folded,
      late: 0,
      rejected: 0,
      duplicate: values.length - heartbeats.length - folded - open,
      heartbeats: heartbeats.length,
      open,
    };
    right.set(`${sumByDistrict.name}/${partition}`, ledger);
  });
  compare(world, 'ledger', found, right);
}

/** Every derived record is in its topic, and no other. */
function judgeTold(world: World, first: readonly FirstStage[], second: readonly SecondStage[]): void {
  const { partitions } = world.plan;
  const right = new Map<string, true>();
  const add = (topic: string, district: string, identity: string): void => {
    right.set(`${topic}/${partitionOf(district, partitions)} ${identity}`, true);
  };
  for (const { states } of first)
    for (const state of states) add(parkingStates.name, state.district, nameIn(parkingStates, state));
  for (const { forecasts } of second)
    for (const forecast of forecasts)
      add(parkingForecasts.name, forecast.district, nameIn(parkingForecasts, forecast));
  compare(world, 'derived records', new Map([...world.watch.appended].map((place) => [place, true])), right);
}
