/** Reads a SUMO net.xml as a stream into plain lists, with the line of each thing for messages. */
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { SaxesParser } from 'saxes';
import { ArterialError } from '#runtime/errors.ts';
import type { Problems } from '../gmns/table.ts';

/** Metres in the net's own plane. */
export type PlanePoint = readonly [x: number, y: number];

export interface NetLane {
  readonly index: number;
  readonly id: string;
  readonly speedMps: number;
  readonly lengthMeters: number;
  /** Whether cars may use it. */
  readonly isForCars: boolean;
}

export interface NetEdge {
  readonly id: string;
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly isInternal: boolean;
  readonly shape: readonly PlanePoint[] | undefined;
  readonly lanes: NetLane[];
  readonly line: number;
}

export interface NetConnection {
  readonly from: string;
  readonly to: string;
  readonly fromLane: number;
  readonly dir: string;
  /** The internal lane that it drives on through the junction; empty when there is none. */
  readonly via: string;
  /** The traffic light that controls it; empty when none does. */
  readonly tl: string;
  readonly linkIndex: number;
  readonly line: number;
}

export interface NetStep {
  readonly durationSeconds: number;
  /** One letter a link index: G g y r u s o O. */
  readonly state: string;
  /** Bounds of an actuated green; NaN where there are none. */
  readonly minSeconds: number;
  readonly maxSeconds: number;
  readonly line: number;
}

export interface NetProgram {
  readonly id: string;
  readonly program: string;
  readonly offsetSeconds: number;
  readonly steps: NetStep[];
  readonly line: number;
}

export interface Net {
  readonly file: string;
  readonly offset: PlanePoint;
  readonly projection: string;
  readonly locationLine: number;
  readonly junctions: Map<string, PlanePoint>;
  readonly edges: Map<string, NetEdge>;
  readonly connections: NetConnection[];
  readonly programs: NetProgram[];
}

type Building = { -readonly [Field in keyof Net]: Net[Field] };

/** Reads the file; what is wrong in single elements goes to `problems`. */
export async function readNetXml(path: string, problems: Problems): Promise<Net> {
  const net: Building = {
    file: basename(path),
    offset: [0, 0],
    projection: '',
    locationLine: 0,
    junctions: new Map(),
    edges: new Map(),
    connections: [],
    programs: [],
  };
  const parser = new SaxesParser({ position: true, xmlns: false });
  let root = '';
  let edge: NetEdge | undefined;
  let program: NetProgram | undefined;
  parser.on('error', (cause) => {
    throw new ArterialError(
      'network.invalid',
      `${net.file}:${cause.message}; well-formed XML would be right`,
      {
        cause,
      },
    );
  });
  parser.on('opentag', ({ name, attributes }) => {
    const element = new Element(net.file, parser.line, name, attributes, problems);
    if (root === '') root = name;
    if (name === 'location') readLocation(net, element);
    else if (name === 'edge') edge = readEdge(net, element);
    else if (name === 'lane' && edge !== undefined) edge.lanes.push(readLane(element));
    else if (name === 'junction') readJunction(net, element);
    else if (name === 'connection') net.connections.push(readConnection(element));
    else if (name === 'tlLogic') program = readProgram(net, element);
    else if (name === 'phase' && program !== undefined) program.steps.push(readStep(element));
  });
  parser.on('closetag', ({ name }) => {
    if (name === 'edge') edge = undefined;
    if (name === 'tlLogic') program = undefined;
  });
  try {
    for await (const text of createReadStream(path, 'utf8')) parser.write(text as string);
    parser.close();
  } catch (cause) {
    if (cause instanceof ArterialError) throw cause;
    throw new ArterialError('network.invalid', `${path} cannot be read`, { cause });
  }
  if (root !== 'net')
    problems.add(net.file, 1, root, 'not a SUMO network', 'a root element <net> would be right');
  return net;
}

/** One element; a getter that finds something wrong notes it and returns a stand-in. */
class Element {
  readonly file: string;
  readonly line: number;
  private readonly name: string;
  private readonly attributes: Readonly<Record<string, string>>;
  private readonly problems: Problems;

  constructor(
    file: string,
    line: number,
    name: string,
    attributes: Readonly<Record<string, string>>,
    problems: Problems,
  ) {
    this.file = file;
    this.line = line;
    this.name = name;
    this.attributes = attributes;
    this.problems = problems;
  }

  text(attribute: string): string {
    return this.attributes[attribute] ?? '';
  }

  id(attribute: string): string {
    const text = this.text(attribute);
    if (text === '') this.problem(attribute, 'missing', 'an id');
    return text;
  }

  number(attribute: string, least: number): number {
    const text = this.text(attribute);
    const value = text === '' ? Number.NaN : Number(text);
    if (!(value >= least)) this.problem(attribute, `"${text}"`, `a number of ${least} or more`);
    return value;
  }

  points(attribute: string): PlanePoint[] | undefined {
    const text = this.text(attribute);
    if (text === '') return undefined;
    const points = text.split(' ').map((pair) => pair.split(',').map(Number));
    if (points.every((point) => point.length >= 2 && point.every(Number.isFinite)))
      return points.map(([x, y]) => [x as number, y as number]);
    this.problem(attribute, `"${text.slice(0, 40)}"`, 'x,y x,y ...');
    return undefined;
  }

  problem(attribute: string, found: string, right: string): void {
    this.problems.add(this.file, this.line, `<${this.name} ${attribute}>`, found, `${right} would be right`);
  }
}

function readLocation(net: Building, element: Element): void {
  net.locationLine = element.line;
  net.projection = element.id('projParameter');
  net.offset = element.points('netOffset')?.[0] ?? [0, 0];
}

function readEdge(net: Building, element: Element): NetEdge {
  const id = element.id('id');
  const purpose = element.text('function');
  const isInternal = purpose !== '' && purpose !== 'normal';
  const edge: NetEdge = {
    id,
    name: element.text('name'),
    from: isInternal ? '' : element.id('from'),
    to: isInternal ? '' : element.id('to'),
    isInternal,
    shape: element.points('shape'),
    lanes: [],
    line: element.line,
  };
  if (net.edges.has(id)) element.problem('id', `"${id}" is already there`, 'an id of its own');
  net.edges.set(id, edge);
  return edge;
}

const readLane = (element: Element): NetLane => ({
  index: element.number('index', 0),
  id: element.id('id'),
  speedMps: element.number('speed', 0.1),
  lengthMeters: element.number('length', 0),
  isForCars: isForCars(element.text('allow').split(' '), element.text('disallow').split(' ')),
});

const isForCars = (allowed: readonly string[], disallowed: readonly string[]): boolean =>
  allowed[0] === ''
    ? !disallowed.includes('passenger') && !disallowed.includes('all')
    : allowed.includes('passenger') || allowed.includes('all');

function readJunction(net: Building, element: Element): void {
  const id = element.id('id');
  if (element.text('type') === 'internal') return;
  net.junctions.set(id, [
    element.number('x', Number.NEGATIVE_INFINITY),
    element.number('y', Number.NEGATIVE_INFINITY),
  ]);
}

const readConnection = (element: Element): NetConnection => ({
  from: element.id('from'),
  to: element.id('to'),
  fromLane: element.number('fromLane', 0),
  dir: element.text('dir'),
  via: element.text('via'),
  tl: element.text('tl'),
  linkIndex: element.text('tl') === '' ? -1 : element.number('linkIndex', 0),
  line: element.line,
});

function readProgram(net: Building, element: Element): NetProgram {
  const program: NetProgram = {
    id: element.id('id'),
    program: element.text('programID'),
    offsetSeconds: element.text('offset') === '' ? 0 : element.number('offset', Number.NEGATIVE_INFINITY),
    steps: [],
    line: element.line,
  };
  net.programs.push(program);
  return program;
}

const readStep = (element: Element): NetStep => ({
  durationSeconds: element.number('duration', 0),
  state: element.id('state'),
  minSeconds: element.text('minDur') === '' ? Number.NaN : element.number('minDur', 0),
  maxSeconds: element.text('maxDur') === '' ? Number.NaN : element.number('maxDur', 0),
  line: element.line,
});
