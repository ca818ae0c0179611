/**
 * Writes one TypeScript codec per Avro schema into `schemas/generated`: the interface of the event, an encoder
 * and a decoder that reads in place. Arrays of small records marked `columns` become typed arrays, one per
 * field, with -1 where an optional number is absent, so that a reading costs no object.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

interface Field {
  name: string;
  type: Schema;
  doc: string;
  minimum?: number;
  maximum?: number;
}
type Named = { type: 'enum'; name: string; doc: string; symbols: string[] } | RecordSchema;
type RecordSchema = { type: 'record'; name: string; doc: string; fields: Field[]; columns?: boolean };
type Schema =
  | string
  | Schema[]
  | { type: 'array'; items: Schema }
  | { type: 'long'; logicalType: string }
  | Named;

const folder = new URL('./', import.meta.url);

function generate(file: string): string {
  const schema = JSON.parse(readFileSync(new URL(`avro/${file}`, folder), 'utf8')) as RecordSchema;
  const named = new Map<string, Named>();
  const types: string[] = [];
  const coders: string[] = [];
  const used = new Set<string>();

  const resolve = (type: Schema): Schema => (typeof type === 'string' ? (named.get(type) ?? type) : type);
  const nullable = (type: Schema): Schema | undefined => (Array.isArray(type) ? type[1] : undefined);
  const isTime = (type: Schema): boolean =>
    typeof type === 'object' && !Array.isArray(type) && 'logicalType' in type;
  const unit = (type: Schema): string => {
    const resolved = resolve(type);
    if (typeof resolved === 'string') {
      const primitive = {
        int: 'number',
        long: 'number',
        double: 'number',
        string: 'string',
        boolean: 'boolean',
      }[resolved];
      if (!primitive) throw new Error(`${file}: no such type ${resolved}`);
      return primitive;
    }
    if (Array.isArray(resolved)) return `${unit(resolved[1] as Schema)} | null`;
    if (isTime(resolved)) {
      used.add('EventTime');
      return 'EventTime';
    }
    if ('items' in resolved) {
      const items = resolve(resolved.items);
      if (typeof items === 'object' && !Array.isArray(items) && 'columns' in items && items.columns) {
        define(items);
        return `${items.name}Columns`;
      }
      return `readonly ${unit(items)}[]`;
    }
    define(resolved as Named);
    return (resolved as Named).name;
  };

  function define(type: Named): void {
    if (named.has(type.name)) return;
    named.set(type.name, type);
    if (type.type === 'enum') {
      const list = `${lower(type.name)}Symbols`;
      types.push(
        `/** ${type.doc} */\nexport type ${type.name} = ${type.symbols.map((s) => `'${s}'`).join(' | ')};\n` +
          `const ${list}: readonly ${type.name}[] = [${type.symbols.map((s) => `'${s}'`).join(', ')}];\n`,
      );
    } else if (type.columns) defineColumns(type);
    else defineRecord(type);
  }

  function defineColumns(type: RecordSchema): void {
    const columns = type.fields
      .map(
        (f) =>
          `  /** ${f.doc}${nullable(f.type) ? ' -1 when absent.' : ''} */\n  readonly ${f.name}: Int32Array;\n`,
      )
      .join('');
    types.push(
      `/** ${type.doc} One typed array a field, one index a row. */\nexport interface ${type.name}Columns {\n` +
        `  readonly length: number;\n${columns}}\n`,
    );
  }

  const range = (f: Field, value: string, path: string): string =>
    f.minimum === undefined
      ? f.type === 'double'
        ? `if (!Number.isFinite(${value})) throw outside('${path}', ${value}, -1e308, 1e308);`
        : ''
      : `if (!(${value} >= ${f.minimum} && ${value} <= ${f.maximum})) throw outside('${path}', ${value}, ${f.minimum}, ${f.maximum});`;

  function encoder(type: Schema, value: string): string {
    const resolved = resolve(type);
    if (typeof resolved === 'string') return `writer.${resolved === 'int' ? 'long' : resolved}(${value});`;
    if (Array.isArray(resolved))
      return `if (${value} === null) writer.long(0); else { writer.long(1); ${encoder(resolved[1] as Schema, value)} }`;
    if (isTime(resolved)) return `writer.long(${value});`;
    if ('items' in resolved) {
      const items = resolve(resolved.items);
      if (typeof items === 'object' && !Array.isArray(items) && 'columns' in items && items.columns) {
        const rows = items.fields
          .map((f) =>
            nullable(f.type)
              ? `{ const x = ${value}.${f.name}[i] as number; if (x < 0) writer.long(0); else { writer.long(1); writer.long(x); } }`
              : `writer.long(${value}.${f.name}[i] as number);`,
          )
          .join('\n');
        return `if (${value}.length > 0) { writer.long(${value}.length); for (let i = 0; i < ${value}.length; i++) { ${rows} } }\nwriter.long(0);`;
      }
      return `if (${value}.length > 0) { writer.long(${value}.length); for (const item of ${value}) { ${encoder(items, 'item')} } }\nwriter.long(0);`;
    }
    const type2 = resolved as Named;
    return type2.type === 'enum'
      ? `writer.long(${lower(type2.name)}Symbols.indexOf(${value}));`
      : `encode${type2.name}Body(writer, ${value});`;
  }

  function decoder(type: Schema): string {
    const resolved = resolve(type);
    if (typeof resolved === 'string') return `reader.${resolved}()`;
    if (Array.isArray(resolved)) return `reader.choice(2) === 0 ? null : ${decoder(resolved[1] as Schema)}`;
    if (isTime(resolved)) return 'reader.long()';
    if ('items' in resolved) {
      const items = resolve(resolved.items);
      if (typeof items === 'object' && !Array.isArray(items) && 'columns' in items && items.columns)
        return `decode${items.name}Columns(reader)`;
      return `list(reader, () => ${decoder(items)})`;
    }
    const type2 = resolved as Named;
    return type2.type === 'enum'
      ? `${lower(type2.name)}Symbols[reader.choice(${type2.symbols.length})] as ${type2.name}`
      : `decode${type2.name}Body(reader)`;
  }

  function defineRecord(type: RecordSchema): void {
    const fields = type.fields.map(
      (f) => `  /** ${f.doc}${rangeNote(f)} */\n  readonly ${f.name}: ${unit(f.type)};\n`,
    );
    types.push(`/** ${type.doc} */\nexport interface ${type.name} {\n${fields.join('')}}\n`);
    const reads = type.fields.map((f) => {
      const check =
        nullable(f.type) && f.minimum !== undefined
          ? `if (${f.name} !== null) { ${range(f, f.name, f.name)} }`
          : range(f, f.name, f.name);
      return `const ${f.name}: ${type.name}['${f.name}'] = ${decoder(f.type)};\n${check}`;
    });
    coders.push(
      `function encode${type.name}Body(writer: Writer, value: ${type.name}): void {\n` +
        type.fields.map((f) => encoder(f.type, `value.${f.name}`)).join('\n') +
        `\n}\n\nfunction decode${type.name}Body(reader: Reader): ${type.name} {\n${reads.join('\n')}\n` +
        `return { ${type.fields.map((f) => f.name).join(', ')} };\n}\n`,
    );
  }

  function columnsDecoder(type: RecordSchema): string {
    const arrays = type.fields.map((f) => `let ${f.name} = new Int32Array(block);`).join('\n');
    const grow = type.fields
      .map((f) => `{ const grown = new Int32Array(rows + block); grown.set(${f.name}); ${f.name} = grown; }`)
      .join('\n');
    const reads = type.fields
      .map((f) => {
        const path = `${lower(type.name)}s[].${f.name}`;
        const target = `${f.name}[i]`;
        return nullable(f.type)
          ? `if (reader.choice(2) === 0) ${target} = -1; else { const x = reader.int(); ${range(f, 'x', path)} ${target} = x; }`
          : `{ const x = reader.int(); ${range(f, 'x', path)} ${target} = x; }`;
      })
      .join('\n');
    return (
      `function decode${type.name}Columns(reader: Reader): ${type.name}Columns {\n` +
      `let block = reader.block();\n${arrays}\nlet rows = 0;\n` +
      `while (block > 0) {\nif (rows > 0) {\n${grow}\n}\n` +
      `for (let i = rows; i < rows + block; i++) {\n${reads}\n}\nrows += block;\nblock = reader.block();\n}\n` +
      `return { length: rows, ${type.fields.map((f) => f.name).join(', ')} };\n}\n`
    );
  }

  defineRecord(schema);
  for (const type of named.values())
    if (type.type === 'record' && type.columns) coders.push(columnsDecoder(type));
  const body = coders.join('\n');
  const lists = body.includes('list(reader')
    ? `function list<Item>(reader: Reader, item: () => Item): Item[] {\nconst items: Item[] = [];\n` +
      'for (let count = reader.block(); count > 0; count = reader.block()) for (let i = 0; i < count; i++) items.push(item());\nreturn items;\n}\n\n'
    : '';
  const imports = [
    used.has('EventTime') ? "import type { EventTime } from '#domain/time.ts';\n" : '',
    `import { ${body.includes('outside(') ? 'outside, ' : ''}type Reader, type Writer } from '../wire.ts';\n`,
  ].join('');
  return (
    `// Generated from schemas/avro/${file} by schemas/generate.ts; do not edit.\n${imports}\n${types.join('\n')}\n${lists}${body}\n` +
    `/** Appends the Avro body. */\nexport const encode${schema.name} = encode${schema.name}Body;\n` +
    `/** Reads the Avro body; throws \`DecodeFailure\`. */\nexport const decode${schema.name} = decode${schema.name}Body;\n`
  );
}

const lower = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);
const rangeNote = (f: Field): string => (f.minimum === undefined ? '' : ` ${f.minimum}..${f.maximum}.`);

/** The text of every generated file, by file name. */
export function generateAll(): Map<string, string> {
  const files = readdirSync(new URL('avro/', folder)).filter((name) => name.endsWith('.avsc'));
  return new Map(files.sort().map((file) => [file.replace('.avsc', '.ts'), generate(file)]));
}

if (process.argv[1] === new URL(import.meta.url).pathname)
  for (const [name, text] of generateAll()) writeFileSync(new URL(`generated/${name}`, folder), text);
