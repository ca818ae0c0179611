import type { Intersection, IntersectionId, Network, Phase, Plan } from '#domain/network.ts';
import type { EventTime } from '#domain/time.ts';
import type { SignalEvents } from '#schemas/generated/signal.event.v1.ts';
import { createLights, type Lights, permittedGreen, protectedGreen, red, yellow } from './lights.ts';
import { none, type Roads } from './roads.ts';
import { code, faultOf, type Moment, type Schedule, scheduleOf } from './timing.ts';

/** A cycle is stretched by at most this share of it while the offset is being reached. */
const stretchShare = 0.2;
/** A controller with nothing to say says so this often, seconds. */
const silenceSeconds = 10;
const secondsOfDay = 86_400;

type PhaseState = typeof red | typeof yellow | typeof protectedGreen;

/** Movements of a phase, by index. */
interface Served {
  readonly movement: number;
  readonly isProtected: boolean;
}

interface Controller {
  readonly intersection: Intersection;
  readonly served: ReadonlyMap<number, readonly Served[]>;
  readonly phaseStates: Map<number, PhaseState>;
  schedule: Schedule;
  plan: Plan;
  pattern: number;
  pending: { readonly plan: Plan; readonly notBefore: EventTime } | undefined;
  cycleStart: EventTime;
  extraSeconds: number;
  nextMoment: number;
  sequence: number;
  lastSentAt: EventTime;
  /** What it did in the second that is running. */
  said: readonly Moment[];
}

interface SavedController {
  readonly phaseStates: readonly (readonly [number, PhaseState])[];
  readonly plan: Plan;
  readonly pattern: number;
  readonly pending: { readonly plan: Plan; readonly notBefore: EventTime } | null;
  readonly cycleStart: EventTime;
  readonly extraSeconds: number;
  readonly nextMoment: number;
  readonly sequence: number;
  readonly lastSentAt: EventTime;
}

export interface SavedSignals {
  readonly controllers: readonly SavedController[];
  readonly light: readonly number[];
  readonly sinceMs: readonly number[];
}

/** What a controller shows. */
export interface ShownPhases {
  readonly green: readonly number[];
  /** Phases that a clearance leads to, with those that stay green; none while nothing clears. */
  readonly next: readonly number[];
  /** When the last green began. */
  readonly greenSince: EventTime;
}

/** Controllers that run fixed plans in rings and barriers, tell what they do, and take a new plan when told. */
export class Signals {
  readonly lights: Lights;
  private readonly controllers: readonly Controller[];
  private readonly byIntersection: ReadonlyMap<IntersectionId, Controller>;
  /** Phases of each movement, for movements that more than one phase serves. */
  private readonly servedBy: ReadonlyMap<
    number,
    readonly { controller: number; phase: number; isProtected: boolean }[]
  >;

  constructor(network: Network, roads: Roads, now: EventTime) {
    this.lights = createLights(roads.movements.length);
    this.controllers = [...network.intersections.values()].map((i) => createController(i, roads, now));
    this.byIntersection = new Map(this.controllers.map((c) => [c.intersection.id, c]));
    const servedBy = new Map<number, { controller: number; phase: number; isProtected: boolean }[]>();
    this.controllers.forEach(({ served }, controller) => {
      for (const [phase, list] of served)
        for (const { movement, isProtected } of list) {
          const phases = servedBy.get(movement) ?? [];
          phases.push({ controller, phase, isProtected });
          servedBy.set(movement, phases);
          this.lights.light[movement] = red;
          this.lights.sinceMs[movement] = now;
        }
    });
    this.servedBy = servedBy;
  }

  /** The plan that the controller runs now. */
  planInForce(intersection: IntersectionId): Plan | undefined {
    return this.byIntersection.get(intersection)?.plan;
  }

  /**
   * Has the controller run `plan` from its first cycle that starts at or after `at`. Answers why not, when the
   * plan breaks a minimum, a clearance or a barrier; the controller then goes on as before.
   */
  applyPlan(intersection: IntersectionId, plan: Plan, at: EventTime): string | undefined {
    const controller = this.byIntersection.get(intersection);
    if (controller === undefined) return `there is no intersection ${intersection}`;
    const fault = faultOf(controller.intersection.phases, plan);
    if (fault === undefined) controller.pending = { plan, notBefore: at };
    return fault;
  }

  /** Runs the second that starts at `now`: the lights change. */
  step(now: EventTime): void {
    for (const controller of this.controllers) controller.said = this.run(controller, now);
  }

  /**
   * What the controllers say about the second that started at `now`. `actuations` tells what their detectors saw in
   * it, for those controllers that are set to log it.
   */
  report(now: EventTime, actuations: (intersection: Intersection) => readonly Moment[]): SignalEvents[] {
    const said: SignalEvents[] = [];
    for (const controller of this.controllers) {
      const moments = [...controller.said, ...actuations(controller.intersection)].sort(
        (a, b) => a.at - b.at,
      );
      if (moments.length === 0 && now - controller.lastSentAt < silenceSeconds * 1000) continue;
      controller.lastSentAt = now;
      controller.said = [];
      said.push({
        site: controller.intersection.site,
        intersection: controller.intersection.id,
        sequence: controller.sequence++,
        at: now,
        events: {
          length: moments.length,
          code: Int32Array.from(moments, (m) => m.code),
          parameter: Int32Array.from(moments, (m) => m.parameter),
          deciseconds: Int32Array.from(moments, (m) => m.at),
        },
      });
    }
    return said;
  }

  /** What a controller shows at `now`, as NTCIP 1202 has it in the status of its phases. */
  shown(intersection: IntersectionId, now: EventTime): ShownPhases | undefined {
    const controller = this.byIntersection.get(intersection);
    if (controller === undefined) return undefined;
    const { phaseStates, schedule, cycleStart, nextMoment } = controller;
    const green = [...phaseStates].filter(([, state]) => state === protectedGreen).map(([phase]) => phase);
    const begun = schedule.moments.slice(0, nextMoment).findLast((moment) => moment.code === code.beginGreen);
    const coming = schedule.moments.slice(nextMoment).find((moment) => moment.code === code.beginGreen);
    const isClearing = [...phaseStates.values()].some((state) => state === yellow) || green.length === 0;
    const next = schedule.moments.filter(
      (moment) => moment.code === code.beginGreen && moment.at === coming?.at,
    );
    return {
      green: green.sort((a, b) => a - b),
      next: isClearing ? [...green, ...next.map(({ parameter }) => parameter)].sort((a, b) => a - b) : [],
      greenSince: begun === undefined ? Math.min(now, cycleStart) : cycleStart + begun.at * 100,
    };
  }

  save(): SavedSignals {
    return {
      controllers: this.controllers.map((c) => ({
        phaseStates: [...c.phaseStates],
        plan: c.plan,
        pattern: c.pattern,
        pending: c.pending ?? null,
        cycleStart: c.cycleStart,
        extraSeconds: c.extraSeconds,
        nextMoment: c.nextMoment,
        sequence: c.sequence,
        lastSentAt: c.lastSentAt,
      })),
      light: Array.from(this.lights.light),
      sinceMs: Array.from(this.lights.sinceMs),
    };
  }

  restore(saved: SavedSignals): void {
    this.lights.light.set(saved.light);
    this.lights.sinceMs.set(saved.sinceMs);
    this.controllers.forEach((controller, i) => {
      const { phaseStates, pending, ...rest } = saved.controllers[i]!;
      controller.phaseStates.clear();
      for (const [phase, state] of phaseStates) controller.phaseStates.set(phase, state);
      Object.assign(controller, rest, { pending: pending ?? undefined });
      controller.schedule = scheduleOf(controller.intersection.phases, rest.plan, rest.extraSeconds);
    });
  }

  /** What happens in the second from `now`, with `at` in tenths of a second after `now`. */
  private run(controller: Controller, now: EventTime): Moment[] {
    const moments = this.due(controller, now);
    if (now >= controller.cycleStart + controller.schedule.cycleSeconds * 1000) {
      moments.push(...beginCycle(controller, now));
      moments.push(...this.due(controller, now));
    }
    return moments;
  }

  private due(controller: Controller, now: EventTime): Moment[] {
    const { schedule, cycleStart } = controller;
    const from = (now - cycleStart) / 100;
    // What happens at the very end of the cycle falls into the first second of the next.
    const to = Math.min(from + 10, schedule.cycleSeconds * 10 + 1);
    const moments: Moment[] = [];
    for (; controller.nextMoment < schedule.moments.length; controller.nextMoment++) {
      const moment = schedule.moments[controller.nextMoment]!;
      if (moment.at >= to) break;
      moments.push({ ...moment, at: moment.at - from });
      this.obey(controller, moment, cycleStart + moment.at * 100);
    }
    return moments;
  }

  /** Changes the lights of the movements that a phase serves. */
  private obey(controller: Controller, moment: Moment, at: EventTime): void {
    const state =
      moment.code === code.beginGreen
        ? protectedGreen
        : moment.code === code.beginYellow
          ? yellow
          : moment.code === code.beginRedClearance
            ? red
            : undefined;
    if (state === undefined) return;
    controller.phaseStates.set(moment.parameter, state);
    for (const { movement } of controller.served.get(moment.parameter) ?? []) {
      const light = this.lightOf(movement);
      const was = this.lights.light[movement]!;
      if (was === light) continue;
      this.lights.light[movement] = light;
      // A green that only becomes protected, or ceases to be, goes on.
      if (was >= permittedGreen && light >= permittedGreen) continue;
      this.lights.sinceMs[movement] = at;
    }
  }

  /** The best that any phase gives the movement. */
  private lightOf(movement: number): number {
    let best: number = red;
    for (const { controller, phase, isProtected } of this.servedBy.get(movement) ?? []) {
      const state = this.controllers[controller]!.phaseStates.get(phase) ?? red;
      best = Math.max(best, state === protectedGreen && !isProtected ? permittedGreen : state);
    }
    return best;
  }
}

function createController(intersection: Intersection, roads: Roads, now: EventTime): Controller {
  const served = (phase: Phase): Served[] =>
    phase.movements.flatMap(({ movement, protection }) => {
      const index = roads.movementIndex.get(movement) ?? none;
      return index === none ? [] : [{ movement: index, isProtected: protection === 'protected' }];
    });
  const { phases, plan } = intersection;
  const schedule = scheduleOf(phases, plan, 0);
  return {
    intersection,
    served: new Map(phases.map((phase) => [phase.number, served(phase)])),
    phaseStates: new Map(),
    schedule,
    plan,
    pattern: 1,
    pending: undefined,
    // Starts with a whole cycle and comes into step by stretching, as after a power failure.
    cycleStart: now,
    extraSeconds: 0,
    nextMoment: 0,
    sequence: 0,
    lastSentAt: 0,
    said: [],
  };
}

/** Starts the next cycle, with the new plan if one is due, stretched towards its offset. */
function beginCycle(controller: Controller, now: EventTime): Moment[] {
  const { pending, intersection } = controller;
  const said: Moment[] = [];
  if (pending !== undefined && pending.notBefore <= now) {
    controller.plan = pending.plan;
    controller.pending = undefined;
    controller.pattern = (controller.pattern % 253) + 1;
    said.push({ at: 0, code: code.patternChange, parameter: controller.pattern });
    said.push({ at: 0, code: code.cycleChange, parameter: Math.min(255, controller.plan.cycleSeconds) });
  }
  const { cycleSeconds, offsetSeconds } = controller.plan;
  const behind = (((now / 1000) % secondsOfDay) - offsetSeconds) % cycleSeconds;
  const missing = (cycleSeconds - behind) % cycleSeconds;
  controller.extraSeconds = Math.min(missing, Math.floor(cycleSeconds * stretchShare));
  controller.schedule = scheduleOf(intersection.phases, controller.plan, controller.extraSeconds);
  controller.cycleStart = now;
  controller.nextMoment = 0;
  return said;
}
