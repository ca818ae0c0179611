/**
 * Writes one TypeScript codec per Avro schema into `schemas/generated`: the interface of the event, an
 * encoder and a decoder that reads in place. Arrays of small records marked `columns` become typed arrays,
 * one per field, with -1 where an optional number is absent, so that a reading costs no object. All schemas
 * together become constants in `schemas.ts`, for those that walk them.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type FieldShape, type RecordSchema, type RecordShape, type Shape, shapeOf } from './avro-schema.ts';

const folder = new URL('./', import.meta.url);

/** Every schema in `schemas/avro`, by name without `.avsc`, sorted. */
export function readSchemas(): Map<string, RecordSchema> {
  const files = readdirSync(new URL('avro/', folder)).filter((name) => name.endsWith('.avsc'));
  return new Map(
    files.sort().map((file) => {
      const text = readFileSync(new URL(`avro/${file}`, folder), 'utf8');
      return [file.replace('.avsc', ''), JSON.parse(text) as RecordSchema];
    }),
  );
}

/** The text of every generated file, by file name. */
export function generateAll(schemas: ReadonlyMap<string, RecordSchema> = readSchemas()): Map<string, string> {
  const files = new Map([...schemas].map(([name, schema]) => [`${name}.ts`, codec(name, schema)]));
  return files.set('schemas.ts', constants(schemas));
}

function constants(schemas: ReadonlyMap<string, RecordSchema>): string {
  const text = JSON.stringify(Object.fromEntries(schemas), null, 2);
  return (
    '// Generated from schemas/avro by schemas/generate.ts; do not edit.\n' +
    "import type { RecordSchema } from '../avro-schema.ts';\n\n" +
    '/** Every schema by its name, `detector.frame.v1`. */\n' +
    `export const schemas: Readonly<Record<string, RecordSchema>> = ${text};\n`
  );
}

function codec(name: string, schema: RecordSchema): string {
  const root = shapeOf(schema);
  const shapes = namedShapes(root);
  const types = shapes.map(typeText);
  const coders = shapes.map(coderText).filter((text) => text !== '');
  const coded = coders.join('\n');
  const shared = [
    coded.includes('list(reader') ? listText : '',
    coded.includes('part(') ? partText : '',
    coded.includes('grown(') ? grownText : '',
  ];
  const body = [...shared, coded].filter((text) => text !== '').join('\n');
  const fromWire = ['inside', 'outside'].filter((word) => body.includes(`${word}(`));
  const time = types.some((text) => text.includes('EventTime'))
    ? "import type { EventTime } from '#domain/time.ts';\n"
    : '';
  return (
    `// Generated from schemas/avro/${name}.avsc by schemas/generate.ts; do not edit.\n${time}` +
    `import { ${[...fromWire, 'type Reader', 'type Writer'].join(', ')} } from '../wire.ts';\n\n` +
    `${types.join('\n')}\n${body}\n` +
    `/** Appends the Avro body. */\nexport const encode${root.name} = encode${root.name}Body;\n` +
    '/** Reads the Avro body; throws `DecodeFailure`. */\n' +
    `export const decode${root.name} = decode${root.name}Body;\n`
  );
}

/** The records and enums of a schema, each once, the parts before the whole. */
function namedShapes(root: RecordShape): Shape[] {
  const found = new Map<string, Shape>();
  const visit = (shape: Shape): void => {
    if (shape.kind === 'optional') visit(shape.of);
    else if (shape.kind === 'array') visit(shape.items);
    else if (shape.kind === 'record') for (const field of shape.fields) visit(field.shape);
    if (shape.kind === 'record' || shape.kind === 'enum') found.set(shape.name, shape);
  };
  visit(root);
  return [...found.values()];
}

const symbolsOf = (name: string): string => `${name.charAt(0).toLowerCase()}${name.slice(1)}Symbols`;

function typeText(shape: Shape): string {
  if (shape.kind === 'enum') {
    const symbols = shape.symbols.map((symbol) => `'${symbol}'`);
    return (
      `/** ${shape.doc} */\nexport type ${shape.name} = ${symbols.join(' | ')};\n` +
      `const ${symbolsOf(shape.name)}: readonly ${shape.name}[] = [${symbols.join(', ')}];\n`
    );
  }
  if (shape.kind !== 'record') throw new Error(`${shape.kind} has no name`);
  if (shape.columns)
    return (
      `/** ${shape.doc} One typed array a field, one index a row. */\n` +
      `export interface ${shape.name}Columns {\n` +
      `  readonly length: number;\n${shape.fields.map((field) => fieldText(field, 'Int32Array')).join('')}}\n`
    );
  const fields = shape.fields.map((field) => fieldText(field, typeName(field.shape)));
  return `/** ${shape.doc} */\nexport interface ${shape.name} {\n${fields.join('')}}\n`;
}

function fieldText({ name, doc, shape, range }: FieldShape, type: string): string {
  const isTime = shape.kind === 'time' || (shape.kind === 'optional' && shape.of.kind === 'time');
  const bounds = range && !isTime ? ` ${range.minimum}..${range.maximum}.` : '';
  const absent = type === 'Int32Array' && shape.kind === 'optional' ? ' -1 when absent.' : '';
  return `  /** ${doc}${bounds}${absent} */\n  readonly ${name}: ${type};\n`;
}

function typeName(shape: Shape): string {
  if (shape.kind === 'optional') return `${typeName(shape.of)} | null`;
  if (shape.kind === 'array') {
    const { items } = shape;
    return items.kind === 'record' && items.columns
      ? `${items.name}Columns`
      : `readonly ${typeName(items)}[]`;
  }
  if (shape.kind === 'record' || shape.kind === 'enum') return shape.name;
  if (shape.kind === 'time') return 'EventTime';
  if (shape.kind === 'bytes') return 'Buffer';
  return shape.kind === 'string' || shape.kind === 'boolean' ? shape.kind : 'number';
}

function coderText(shape: Shape): string {
  if (shape.kind !== 'record') return '';
  return shape.columns ? columnsText(shape) : recordText(shape);
}

function recordText(shape: RecordShape): string {
  const writes = shape.fields.map((field) => `  ${writeText(field.shape, `value.${field.name}`)}\n`);
  const reads = shape.fields.map(
    (field) =>
      `  const ${field.name}: ${shape.name}['${field.name}'] = ${readText(field.shape, field.name)};\n` +
      indented(checkText(field, field.name, `'${field.name}'`)),
  );
  return (
    `function encode${shape.name}Body(writer: Writer, value: ${shape.name}): void {\n` +
    `${writes.join('')}}\n\n` +
    `function decode${shape.name}Body(reader: Reader): ${shape.name} {\n${reads.join('')}` +
    `  return { ${shape.fields.map((field) => field.name).join(', ')} };\n}\n`
  );
}

/** Throws when `value` is out of the field's range; empty when every value will do. */
function checkText({ shape, range }: FieldShape, value: string, path: string): string {
  const isOptional = shape.kind === 'optional';
  const unless = isOptional ? `${value} !== null && ` : '';
  if (range)
    return (
      `if (${unless}!(${value} >= ${range.minimum} && ${value} <= ${range.maximum})) ` +
      `throw outside(${path}, ${value}, ${range.minimum}, ${range.maximum});`
    );
  const kind = isOptional ? shape.of.kind : shape.kind;
  return kind === 'double'
    ? `if (${unless}!Number.isFinite(${value})) throw outside(${path}, ${value}, -1e308, 1e308);`
    : '';
}

function writeText(shape: Shape, value: string): string {
  switch (shape.kind) {
    case 'optional':
      return `if (${value} === null) writer.long(0); else { writer.long(1); ${writeText(shape.of, value)} }`;
    case 'array':
      return `${writeItemsText(shape.items, value)} writer.long(0);`;
    case 'enum':
      return `writer.long(${symbolsOf(shape.name)}.indexOf(${value}));`;
    case 'record':
      return `encode${shape.name}Body(writer, ${value});`;
    case 'int':
    case 'time':
      return `writer.long(${value});`;
    case 'bytes':
      return `writer.binary(${value});`;
    default:
      return `writer.${shape.kind}(${value});`;
  }
}

function writeItemsText(items: Shape, value: string): string {
  const count = `if (${value}.length > 0) writer.long(${value}.length);`;
  if (items.kind === 'array') throw new Error('an array of arrays has no encoder');
  if (items.kind !== 'record' || !items.columns)
    return `${count} for (const item of ${value}) { ${writeText(items, 'item')} }`;
  const columns = items.fields.map((field) => {
    const cell = `${value}.${field.name}[i] as number`;
    return field.shape.kind === 'optional'
      ? `{ const x = ${cell}; if (x < 0) writer.long(0); else { writer.long(1); writer.long(x); } }`
      : `writer.long(${cell});`;
  });
  return `${count} for (let i = 0; i < ${value}.length; i++) { ${columns.join(' ')} }`;
}

function readText(shape: Shape, path: string): string {
  switch (shape.kind) {
    case 'optional':
      return `reader.choice(2) === 0 ? null : ${readText(shape.of, path)}`;
    case 'array': {
      const { items } = shape;
      if (items.kind === 'record' && items.columns) return `decode${items.name}Columns(reader, '${path}')`;
      return `list(reader, '${path}', ${leastBytes(items)}, () => ${readText(items, '')})`;
    }
    case 'enum':
      return `${symbolsOf(shape.name)}[reader.choice(${shape.symbols.length})] as ${shape.name}`;
    case 'record':
      return path === ''
        ? `decode${shape.name}Body(reader)`
        : `part('${path}', () => decode${shape.name}Body(reader))`;
    case 'time':
      return 'reader.long()';
    case 'bytes':
      return 'reader.binary()';
    default:
      return `reader.${shape.kind}()`;
  }
}

/** The fewest bytes that a value can take on the wire. */
function leastBytes(shape: Shape): number {
  if (shape.kind === 'double') return 8;
  if (shape.kind !== 'record') return 1;
  return shape.fields.reduce((bytes, field) => bytes + leastBytes(field.shape), 0);
}

function columnsText(shape: RecordShape): string {
  const names = shape.fields.map((field) => field.name);
  const reads = shape.fields.map((field) => {
    const path = `\`\${path}[\${i}].${field.name}\``;
    const check = checkText({ ...field, shape: { kind: 'int' } }, 'x', path);
    const store = `const x = reader.int(); ${check} ${field.name}[i] = x;`;
    return field.shape.kind === 'optional'
      ? `if (reader.choice(2) === 0) ${field.name}[i] = -1; else { ${store} }`
      : `{ ${store} }`;
  });
  const shortMost = shape.fields.reduce((sum, field) => sum + (field.shape.kind === 'optional' ? 3 : 2), 0);
  return `function decode${shape.name}Columns(reader: Reader, path: string): ${shape.name}Columns {
  let rows = reader.block(${leastBytes(shape)});
${names.map((name, n) => `  let ${name} = reader.column(${n}, rows);\n`).join('')}  let i = 0;
  while (i < rows) {
    const { bytes, end } = reader;
    const shortEnd = bytes.length - ${shortMost};
    let at = reader.position;
    for (; i < rows; i++) {
      // Numbers of one and two bytes that are right, as most are; any other row is read again by the reader.
      short: if (at <= shortEnd) {
        let next = at;
        let x = 0;
        ${shape.fields.map(shortText).join('\n        ')}
        if (next > end) break short;
        at = next;
        continue;
      }
      reader.position = at;
      ${reads.join('\n      ')}
      at = reader.position;
    }
    reader.position = at;
    rows += reader.block(${leastBytes(shape)});
    if (rows > ${names[0]}.length) {
      // Twofold, so that many small blocks do not cost a copy of everything each.
      const capacity = Math.max(rows, 2 * ${names[0]}.length);
${names.map((name) => `      ${name} = grown(${name}, capacity);\n`).join('')}    }
  }
  if (rows < ${names[0]}.length) {
${names.map((name) => `    ${name} = ${name}.slice(0, rows);\n`).join('')}  }
  return { length: rows, ${names.join(', ')} };
}
`;
}

/** Reads a cell of one or two bytes that is in its range, or leaves the block `short`. */
function shortText({ name, shape, range }: FieldShape): string {
  const bounds = range ? ` || x < ${range.minimum} || x > ${range.maximum}` : '';
  const read =
    'x = bytes[next++] as number; ' +
    'if (x > 0x7f) { const y = bytes[next++] as number; if (y > 0x7f) break short; x = (y << 7) | (x & 0x7f); }';
  const store = `if ((x & 1) === 1) break short; x >>= 1; if (false${bounds}) break short; ${name}[i] = x;`;
  if (shape.kind !== 'optional') return `${read} ${store}`.replace('false || ', '');
  const tagged = `x = bytes[next++] as number; if (x === 0) ${name}[i] = -1; else if (x === 2) { ${read} ${store} }`;
  return `${tagged} else break short;`.replace('false || ', '');
}

const grownText = `function grown(
  column: Int32Array<ArrayBuffer>,
  capacity: number,
): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(capacity);
  wider.set(column);
  return wider;
}
`;

const listText = `function list<Item>(
  reader: Reader,
  path: string,
  itemBytes: number,
  item: () => Item,
): Item[] {
  const items: Item[] = [];
  try {
    for (let count = reader.block(itemBytes); count > 0; count = reader.block(itemBytes))
      for (let i = 0; i < count; i++) items.push(item());
  } catch (failure) {
    throw inside(\`\${path}[\${items.length}]\`, failure);
  }
  return items;
}
`;

const partText = `function part<Value>(path: string, read: () => Value): Value {
  try {
    return read();
  } catch (failure) {
    throw inside(path, failure);
  }
}
`;

const indented = (line: string): string => (line === '' ? '' : `  ${line}\n`);

if (process.argv[1] === new URL(import.meta.url).pathname)
  for (const [name, text] of generateAll()) writeFileSync(new URL(`generated/${name}`, folder), text);
