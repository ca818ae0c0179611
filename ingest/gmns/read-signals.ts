/**
 * Reads the signals: signal_controller, signal_timing_plan, signal_timing_phase, signal_phase_mvmt,
 * signal_coordination.
 */
import type { District, Intersection, Movement, Phase, Plan } from '#domain/network.ts';
import { checkPhase, checkRings, type TimedPhase } from './check-rings.ts';
import { type PlainNode, positionOf } from './read-roads.ts';
import { byId, type Problems, type Row, readTable } from './table.ts';

interface PlanRow {
  readonly id: string;
  readonly controller: string;
  readonly cycleSeconds: number;
  readonly row: Row;
}

interface PhaseRow extends TimedPhase {
  readonly plan: string;
}

/**
 * signal_controller.csv: `controller_id`; extensions `name`, `node_id`, `site_id`, `district_id`,
 * `x_coord`, `y_coord`. Each controller has one row in signal_timing_plan.csv (`timing_plan_id`,
 * `controller_id`, `cycle_length` in s): the plan that it runs when nobody advises it.
 */
export async function readIntersections(
  folder: string,
  nodes: ReadonlyMap<string, PlainNode>,
  districts: ReadonlyMap<string, District>,
  movements: ReadonlyMap<string, Movement>,
  problems: Problems,
): Promise<Map<string, Intersection>> {
  const columns = ['controller_id', 'name', 'node_id', 'site_id', 'district_id', 'x_coord', 'y_coord'];
  const rows = await readTable(folder, 'signal_controller.csv', columns, problems);
  const controllers = byId(rows, 'controller_id', (row, id) => ({
    id,
    name: row.text('name'),
    node: row.reference('node_id', nodes, 'node.csv'),
    site: row.id('site_id'),
    district: row.reference('district_id', districts, 'district.csv'),
    position: positionOf(row),
    row,
  }));
  const plans = await readPlans(folder, controllers, problems);
  const phases = await readPhases(folder, plans, movements, problems);
  const offsets = await readOffsets(folder, plans, problems);
  checkNodes(nodes, controllers);

  const plansOf = grouped([...plans.values()], (plan) => plan.controller);
  const phasesOf = grouped(phases, (phase) => phase.plan);
  const intersections = new Map<string, Intersection>();
  for (const { row, ...controller } of controllers.values()) {
    const own = plansOf.get(controller.id) ?? [];
    const plan = own[0];
    if (plan === undefined) {
      row.problem(
        'controller_id',
        `${controller.id} has no plan`,
        'one in signal_timing_plan.csv would be right',
      );
      continue;
    }
    for (const second of own.slice(1))
      second.row.problem('controller_id', `a second plan of ${controller.id}`, 'one would be right');
    const timed = phasesOf.get(plan.id) ?? [];
    for (const phase of timed) checkPhase(phase, controller.node, movements);
    checkRings(plan.row, plan.cycleSeconds, timed);
    intersections.set(controller.id, {
      ...controller,
      phases: timed.map(({ phase }) => phase),
      plan: toPlan(plan, offsets.get(plan.id), timed),
    });
  }
  return intersections;
}

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}

async function readPlans(
  folder: string,
  controllers: ReadonlyMap<string, unknown>,
  problems: Problems,
): Promise<Map<string, PlanRow>> {
  const columns = ['timing_plan_id', 'controller_id', 'cycle_length'];
  const rows = await readTable(folder, 'signal_timing_plan.csv', columns, problems);
  return byId(rows, 'timing_plan_id', (row, id) => ({
    id,
    controller: row.reference('controller_id', controllers, 'signal_controller.csv'),
    cycleSeconds: row.number('cycle_length', 10, 600),
    row,
  }));
}

/**
 * signal_timing_phase.csv: `timing_phase_id`, `timing_plan_id`, `signal_phase_num`, `min_green`,
 * `max_green`, `clearance` (yellow and red clearance together, checked where it is there), `walk_time`,
 * `ped_clearance`, `ring`, `barrier`, `position`; extensions `yellow`, `red_clear`, `split` (s),
 * `approach_speed` (km/h), `grade` (rise over run), `clear_distance` (m from stop bar to the far side of
 * the conflict area), `crossing_length` (m), `may_be_omitted` (true where a plan may leave the phase out, as its
 * movements are served by others).
 */
async function readPhases(
  folder: string,
  plans: ReadonlyMap<string, PlanRow>,
  movements: ReadonlyMap<string, Movement>,
  problems: Problems,
): Promise<PhaseRow[]> {
  const columns = ['timing_phase_id', 'timing_plan_id', 'signal_phase_num', 'min_green', 'max_green', 'ring'];
  columns.push(
    'barrier',
    'position',
    'yellow',
    'red_clear',
    'split',
    'approach_speed',
    'grade',
    'clear_distance',
  );
  const rows = await readTable(folder, 'signal_timing_phase.csv', columns, problems);
  const served = new Map<string, Phase['movements'][number][]>();
  const phases = byId(rows, 'timing_phase_id', (row, id) => {
    const ownMovements: Phase['movements'][number][] = [];
    served.set(id, ownMovements);
    const phase: Phase = {
      number: row.integer('signal_phase_num', 1, 16),
      ring: row.integer('ring', 1, 12),
      barrier: row.integer('barrier', 1, 12),
      position: row.integer('position', 1, 16),
      movements: ownMovements,
      minGreenSeconds: row.number('min_green', 0, 300),
      maxGreenSeconds: row.number('max_green', 1, 300),
      yellowSeconds: row.number('yellow', 1, 10),
      redClearanceSeconds: row.number('red_clear', 0, 10),
      pedestrian: pedestrianOf(row),
      approachKph: row.number('approach_speed', 5, 200),
      grade: row.number('grade', -0.3, 0.3),
      clearanceMeters: row.number('clear_distance', 0, 200),
      ...(row.text('may_be_omitted') === 'true' ? { mayBeOmitted: true } : {}),
    };
    const plan = row.reference('timing_plan_id', plans, 'signal_timing_plan.csv');
    return { plan, phase, splitSeconds: row.number('split', 1, 600), row };
  });
  await readServed(folder, served, movements, problems);
  return [...phases.values()];
}

function pedestrianOf(row: Row): Phase['pedestrian'] {
  const walkSeconds = row.optionalNumber('walk_time', 0, 120);
  const clearanceSeconds = row.optionalNumber('ped_clearance', 0, 120);
  const crossingMeters = row.optionalNumber('crossing_length', 0.1, 120);
  if (walkSeconds === undefined && clearanceSeconds === undefined && crossingMeters === undefined)
    return undefined;
  if (walkSeconds !== undefined && clearanceSeconds !== undefined && crossingMeters !== undefined)
    return { walkSeconds, clearanceSeconds, crossingMeters };
  row.problem(
    'walk_time',
    'only some of walk_time, ped_clearance, crossing_length',
    'all three, or none where the phase serves no crossing, would be right',
  );
  return undefined;
}

/**
 * signal_phase_mvmt.csv: `signal_phase_mvmt_id`, `timing_phase_id`, `mvmt_id`, `protection` (protected,
 * permitted).
 */
async function readServed(
  folder: string,
  served: ReadonlyMap<string, Phase['movements'][number][]>,
  movements: ReadonlyMap<string, Movement>,
  problems: Problems,
): Promise<void> {
  const columns = ['signal_phase_mvmt_id', 'timing_phase_id', 'mvmt_id', 'protection'];
  const rows = await readTable(folder, 'signal_phase_mvmt.csv', columns, problems);
  byId(rows, 'signal_phase_mvmt_id', (row) => {
    const phase = row.reference('timing_phase_id', served, 'signal_timing_phase.csv');
    const movement = row.reference('mvmt_id', movements, 'movement.csv');
    const protection = row.choice('protection', ['protected', 'permitted']);
    const own = served.get(phase);
    if (own?.some((other) => other.movement === movement))
      row.problem('mvmt_id', `${movement} is already served by ${phase}`, 'each once would be right');
    own?.push({ movement, protection });
  });
}

/** signal_coordination.csv: `timing_plan_id`, `offset` (s); a plan without a row has offset 0. */
async function readOffsets(
  folder: string,
  plans: ReadonlyMap<string, PlanRow>,
  problems: Problems,
): Promise<Map<string, number>> {
  const rows = await readTable(folder, 'signal_coordination.csv', ['timing_plan_id', 'offset'], problems);
  return byId(rows, 'timing_plan_id', (row, id) => {
    row.reference('timing_plan_id', plans, 'signal_timing_plan.csv');
    const offset = row.number('offset', 0, 600);
    const cycle = plans.get(id)?.cycleSeconds ?? Number.POSITIVE_INFINITY;
    if (offset >= cycle) row.problem('offset', `${offset} s in a cycle of ${cycle} s`, 'less would be right');
    return offset;
  });
}

const toPlan = (plan: PlanRow, offsetSeconds: number | undefined, phases: readonly TimedPhase[]): Plan => ({
  id: plan.id,
  cycleSeconds: plan.cycleSeconds,
  offsetSeconds: offsetSeconds ?? 0,
  splits: phases.map(({ phase, splitSeconds }) => ({ phase: phase.number, seconds: splitSeconds })),
});

/** One controller a node, and a node that says it is signalised has one. */
function checkNodes(
  nodes: ReadonlyMap<string, PlainNode>,
  controllers: ReadonlyMap<string, { readonly id: string; readonly node: string; readonly row: Row }>,
): void {
  const controlled = new Map<string, string>();
  for (const { id, node, row } of controllers.values()) {
    const other = controlled.get(node);
    if (other !== undefined)
      row.problem('node_id', `${node} already has controller ${other}`, 'one a node would be right');
    controlled.set(node, id);
  }
  for (const { id, row } of nodes.values())
    if (row.text('ctrl_type') === 'signal' && !controlled.has(id))
      row.problem(
        'ctrl_type',
        `"signal" without a controller`,
        'a row in signal_controller.csv would be right',
      );
}
