/**
 * A signal controller's client, to copy: it waits for advice over HTTP, trusts nothing that it can check, and says what
 * it does. It needs Node and no part of Arterial. What stands in the street is behind `Cabinet`.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Plan {
  readonly cycleSeconds: number;
  readonly offsetSeconds: number;
  readonly splits: readonly { readonly phase: number; readonly seconds: number }[];
}

/** The controller in the street: to be written for each make. */
export interface Cabinet {
  /** Changes to a plan, and resolves once it runs. Rejects with the reason when the controller will not. */
  run(plan: Plan): Promise<void>;
  /** Calls phases; minimum green, walk, yellow and red clearance are the controller's own. */
  call(phases: readonly number[]): Promise<void>;
}

export interface ClientOptions {
  /** Where Arterial answers; http://127.0.0.1:8080 */
  readonly url: string;
  readonly intersection: string;
  readonly cabinet: Cabinet;
  /** The key that Arterial signs with; without it signatures are not checked. */
  readonly key?: string | undefined;
  /** Accepts what it finds right by itself. Else it waits until an engineer has accepted. */
  readonly accepts: boolean;
  /** Also follows advice stage by stage. */
  readonly stages: boolean;
  /** Ends the client. */
  readonly signal: AbortSignal;
  readonly note: (line: string) => void;
}

interface Document {
  readonly intersection: string;
  readonly nonce: string;
  readonly expiresAt: string;
  readonly constraints: readonly {
    readonly name: string;
    readonly phase: number | null;
    readonly value: number;
    readonly relation: string;
    readonly bound: number;
    readonly met: boolean;
  }[];
  readonly signature: string;
}

interface Recommendation extends Document {
  readonly recommendation: string;
  readonly status: string;
  readonly plan: Plan;
}

interface Stage extends Document {
  readonly stage: string;
  readonly callAt: string;
  readonly phases: readonly number[];
}

/** How long an answer may wait, and the longest pause while Arterial does not answer, s. */
const [waitSeconds, pauseSecondsMost] = [30, 30];
/** So many nonces are remembered: none is followed twice. */
const noncesMost = 1_000;

/** What is asked for is not there, or not allowed: to ask again would be of no use. */
class Refused extends Error {}

/**
 * Runs until `signal` ends it. Without answers the controller goes on with what it runs: silence costs nothing. Rejects
 * when Arterial says that the question is wrong.
 */
export async function referenceController(options: ClientOptions): Promise<void> {
  const client = new Client(options);
  const loops = [client.follow(() => client.nextPlan())];
  if (options.stages) loops.push(client.follow(() => client.nextStage()));
  await Promise.all(loops);
}

class Client {
  private readonly options: ClientOptions;
  private readonly nonces = new Set<string>();
  private lastPlan = '';
  private lastStage = '';

  constructor(options: ClientOptions) {
    this.options = options;
  }

  /** Takes one turn after the other; after one that fails it waits, longer each time. */
  async follow(turn: () => Promise<void>): Promise<void> {
    const { signal, note } = this.options;
    for (let pause = 1; !signal.aborted; )
      try {
        await turn();
        pause = 1;
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof Refused) throw error;
        note(`${(error as Error).message}; again in ${pause} s`);
        await sleep(1000 * pause, undefined, { signal }).catch(() => undefined);
        pause = Math.min(pauseSecondsMost, 2 * pause);
      }
  }

  /** Waits for a recommendation that may be applied, and applies it or says why not. */
  async nextPlan(): Promise<void> {
    const { intersection, accepts, cabinet, note } = this.options;
    const query = { intersection, status: accepts ? 'open' : 'accepted', after: this.lastPlan };
    const { asOf, recommendations } = await this.ask<{ asOf: string; recommendations: Recommendation[] }>(
      '/v1/recommendations',
      query,
    );
    const [newest] = recommendations;
    if (newest === undefined) return;
    this.lastPlan = newest.recommendation;
    const wrong = this.objection(newest, asOf);
    if (wrong !== undefined) {
      note(`${newest.recommendation} is refused: ${wrong}`);
      await this.say(newest, newest.status === 'accepted' ? 'withdraw' : 'reject', wrong);
      return;
    }
    if (newest.status === 'issued' && !(await this.say(newest, 'accept'))) return;
    try {
      await cabinet.run(newest.plan);
    } catch (error) {
      await this.say(newest, 'withdraw', `the controller refuses: ${(error as Error).message}`);
      return;
    }
    await this.say(newest, 'applied');
    note(`${newest.recommendation} is applied: cycle ${newest.plan.cycleSeconds} s`);
  }

  /** Waits for another stage, and calls its phases when it is time. */
  async nextStage(): Promise<void> {
    const { intersection, cabinet, note, signal } = this.options;
    const { asOf, stage } = await this.ask<{ asOf: string; stage: Stage | null }>(
      `/v1/intersections/${encodeURIComponent(intersection)}/stage`,
      { after: this.lastStage },
    );
    if (stage === null) return void (await sleep(1000, undefined, { signal }));
    if (stage.stage === this.lastStage) return;
    this.lastStage = stage.stage;
    const wrong = this.objection(stage, asOf);
    if (wrong !== undefined) return note(`${stage.stage} is refused: ${wrong}`);
    const early = Date.parse(stage.callAt) - Date.parse(asOf);
    if (early > 0) await sleep(early, undefined, { signal });
    await cabinet.call(stage.phases);
  }

  /** What is wrong with a document that was received when it was `asOf` in the city; undefined when nothing is. */
  private objection(document: Document, asOf: string): string | undefined {
    const { intersection, key } = this.options;
    const { nonce, constraints } = document;
    if (document.intersection !== intersection) return `it is for ${document.intersection}`;
    if (key !== undefined && !isSigned(document, key)) return 'the signature is not that of the key';
    if (this.nonces.has(nonce)) return `the nonce ${nonce} was used before`;
    if (Date.parse(asOf) >= Date.parse(document.expiresAt)) return `it expired at ${document.expiresAt}`;
    const unmet = constraints.find(
      ({ met, value, relation, bound }) => !met || !holds(value, relation, bound),
    );
    if (unmet !== undefined)
      return `the condition ${unmet.name} is not met: ${unmet.value}, bound ${unmet.bound}`;
    if (constraints.length === 0) return 'it carries no conditions of safety';
    this.nonces.add(nonce);
    for (const oldest of this.nonces) if (this.nonces.size > noncesMost) this.nonces.delete(oldest);
    return undefined;
  }

  private async ask<Answer>(path: string, query: Readonly<Record<string, string>>): Promise<Answer> {
    const known = Object.entries(query).filter(([, value]) => value !== '');
    const search = new URLSearchParams([...known, ['waitSeconds', String(waitSeconds)]]);
    const answer = await fetch(`${this.options.url}${path}?${search}`, { signal: this.options.signal });
    if (!answer.ok) {
      const isWrong = answer.status >= 400 && answer.status < 500 && answer.status !== 429;
      throw new (isWrong ? Refused : Error)(`${path}: ${answer.status}, ${await answer.text()}`);
    }
    return (await answer.json()) as Answer;
  }

  /** Whether what is said of a recommendation stands: somebody may have said something else before. */
  private async say({ recommendation }: Recommendation, verb: string, reason?: string): Promise<boolean> {
    const { url, intersection, note, signal } = this.options;
    const body = JSON.stringify({ by: `controller ${intersection}`, reason });
    const answer = await fetch(`${url}/v1/recommendations/${encodeURIComponent(recommendation)}/${verb}`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body, signal },
    });
    if (answer.ok) return true;
    note(`${recommendation}: ${verb} is answered with ${answer.status}: ${await answer.text()}`);
    return false;
  }
}

const holds = (value: number, relation: string, bound: number): boolean =>
  relation === 'atLeast'
    ? value >= bound
    : relation === 'atMost'
      ? value <= bound
      : relation === 'equals' && value === bound;

/** What is said of a document later is not signed. */
const outside = ['signature', 'status', 'acknowledgements', 'benefit'];

/** HMAC-SHA-256 in hexadecimal over the document's JSON, its keys sorted, without spaces (RFC 8785). */
function isSigned(document: Document, key: string): boolean {
  const signed = Object.fromEntries(Object.entries(document).filter(([name]) => !outside.includes(name)));
  const right = createHmac('sha256', key).update(canonical(signed)).digest();
  const found = Buffer.from(document.signature, 'hex');
  return found.length === right.length && timingSafeEqual(found, right);
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(',')}}`;
}
