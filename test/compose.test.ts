/** Holds the containers to the code: what they set, start, open, mount and watch is what the program knows. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configVariables, readConfig } from '#runtime/config.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** The services that run the program, and the command that each must have. */
const roles: Readonly<Record<string, string>> = {
  ingest: 'ingest',
  processors: 'processors',
  api: 'api',
  simulators: 'simulator',
};
/** Where the others listen, as their images have it. */
const portOf: Readonly<Record<string, number>> = {
  kafka: 9092,
  'schema-registry': 8080,
  timescaledb: 5432,
  redis: 6379,
  prometheus: 9090,
  grafana: 3000,
};
/** The way to the Confluent dialect of the registry. */
const registryPath = '/apis/ccompat/v7';

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly command?: string[];
  readonly environment?: Record<string, string | number>;
  readonly ports?: string[];
  readonly networks: string[];
  readonly volumes?: string[];
  readonly depends_on?: Record<string, { condition: string }>;
  readonly healthcheck?: { readonly test: string[] };
  readonly [key: string]: unknown;
}
interface Compose {
  readonly services: Record<string, Service>;
  readonly networks: Record<string, { internal?: boolean }>;
  readonly volumes: Record<string, unknown>;
}
type Variables = Readonly<Record<string, string>>;

/** What Compose makes of `${NAME}`, `${NAME:-default}`, `${NAME:?message}` and `$$` in every text. */
function interpolate(value: unknown, variables: Variables): unknown {
  if (Array.isArray(value)) return value.map((item) => interpolate(item, variables));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, interpolate(item, variables)]),
    );
  if (typeof value !== 'string') return value;
  return value.replace(
    /\$\$|\$\{(\w+)(?::([-?])([^}]*))?\}/g,
    (whole, name: string | undefined, kind: string | undefined, rest: string | undefined) => {
      if (name === undefined) return '$';
      if (variables[name]) return variables[name];
      if (kind === '-') return rest as string;
      throw new Error(`${whole} has no value`);
    },
  );
}

const parsedCompose: unknown = parse(read('docker-compose.yml'), { merge: true });
const variablesIn = (text: string): string[] =>
  [...text.matchAll(/(?<!\$)\$\{(\w+)/g)].map(([, name]) => name as string);

/** A folder with what `deploy/make-env.sh` reads. */
function envFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'arterial-env-'));
  for (const path of ['.env.example', 'deploy/make-env.sh']) cpSync(join(root, path), join(folder, path));
  return folder;
}
const makeEnv = (folder: string): void => {
  execFileSync('sh', [join(folder, 'deploy/make-env.sh')]);
};
const variablesOf = (text: string): Record<string, string> =>
  Object.fromEntries([...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));

const folder = envFolder();
makeEnv(folder);
const env = variablesOf(readFileSync(join(folder, '.env'), 'utf8'));
afterAll(() => rmSync(folder, { recursive: true }));

const compose = interpolate(parsedCompose, env) as Compose;
const services = Object.entries(compose.services);
const ours = Object.keys(roles);
const service = (name: string): Service => {
  const found = compose.services[name];
  if (!found) throw new Error(`docker-compose.yml has no service ${name}`);
  return found;
};
const settingsOf = (name: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(service(name).environment ?? {}).map(([key, value]) => [key, String(value)]),
  );
const megabytes = (text: string): number => Number.parseInt(text, 10) * (text.endsWith('g') ? 1024 : 1);
const defaultPort = configVariables.find(({ name }) => name === 'ARTERIAL_PORT')?.default as number;

const commands = [
  ...(/const usage = `([^`]+)`/.exec(read('arterial.ts'))?.[1] ?? '').matchAll(/^ {2}([a-z-]+)(?= |$)/gm),
].map(([, name]) => name as string);

describe('docker-compose.yml', () => {
  it('fits the schema of the Compose specification', () => {
    const packageFolder = dirname(createRequire(import.meta.url).resolve('dclint/package.json'));
    const { $schema: _, ...schema } = JSON.parse(
      readFileSync(join(packageFolder, 'schemas/compose.schema.json'), 'utf8'),
    ) as Record<string, unknown>;
    expect(schema.title).toBe('Compose Specification');
    const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, strict: false });
    addFormats.default(ajv);
    ajv.addFormat('expose', true).addFormat('ports', true).addFormat('subnet_ip_address', true);
    const validate = ajv.compile(schema);
    validate(compose);
    expect(validate.errors ?? []).toEqual([]);
    expect(validate({ services: { api: { comand: [] } } })).toBe(false);
  });

  it('has a service for each role, and every command is one of the program', () => {
    expect(commands).toContain('city');
    for (const [name, command] of Object.entries(roles)) {
      expect.soft(service(name).command, name).toEqual([command]);
      expect.soft(commands, `${name} runs arterial ${command}`).toContain(command);
    }
    const built = services.filter(([, { build }]) => build !== undefined).map(([name]) => name);
    expect(built.sort()).toEqual([...ours].sort());
  });

  it.each(ours)('gives %s settings that the program knows and takes', (name) => {
    const settings = Object.entries(settingsOf(name)).filter(([key]) => key.startsWith('ARTERIAL_'));
    const known = configVariables.map((variable) => variable.name);
    expect(settings.map(([key]) => key).filter((key) => !known.includes(key))).toEqual([]);
    const config = readConfig(Object.fromEntries(settings));
    expect(config.host).toBe('0.0.0.0');
    expect(config.port).toBe(defaultPort);
    expect(config.signingKey).toBeDefined();
    expect(config.partitions).toBeGreaterThan(2);
  });

  it.each(ours)('gives %s the addresses of services that it waits for and can reach', (name) => {
    const settings = settingsOf(name);
    const database = new URL(settings.ARTERIAL_DATABASE_URL as string);
    const redis = new URL(settings.ARTERIAL_REDIS_URL as string);
    const registry = new URL(settings.ARTERIAL_SCHEMA_REGISTRY_URL as string);
    const hosts = [settings.ARTERIAL_KAFKA_BROKERS as string, registry.host, database.host, redis.host];
    for (const address of hosts) {
      const [host, port] = address.split(':') as [string, string];
      expect(Number(port), address).toBe(portOf[host]);
      expect(service(name).depends_on, address).toHaveProperty([host, 'condition'], 'service_healthy');
      expect(service(host).networks.some((network) => service(name).networks.includes(network))).toBe(true);
    }
    expect(registry.pathname).toBe(registryPath);
    const postgres = settingsOf('timescaledb');
    expect([database.username, database.password, database.pathname.slice(1)]).toEqual([
      postgres.POSTGRES_USER,
      postgres.POSTGRES_PASSWORD,
      postgres.POSTGRES_DB,
    ]);
    expect(redis.password).toBe(settingsOf('redis').REDIS_PASSWORD);
  });

  it('has a broker and controller in one that says the address by which it is found', () => {
    const kafka = settingsOf('kafka');
    expect(kafka.KAFKA_PROCESS_ROLES).toBe('broker,controller');
    expect(kafka.KAFKA_ADVERTISED_LISTENERS).toBe(`PLAINTEXT://kafka:${portOf.kafka}`);
    const listeners = (kafka.KAFKA_LISTENERS as string).split(',').map((text) => text.split('://:'));
    expect(listeners).toContainEqual(['PLAINTEXT', String(portOf.kafka)]);
    const controller = listeners.find(([name]) => name === kafka.KAFKA_CONTROLLER_LISTENER_NAMES)?.[1];
    expect(kafka.KAFKA_CONTROLLER_QUORUM_VOTERS).toBe(`${kafka.KAFKA_NODE_ID}@localhost:${controller}`);
    expect(settingsOf('schema-registry').APICURIO_KAFKASQL_BOOTSTRAP_SERVERS).toBe(`kafka:${portOf.kafka}`);
  });

  it('opens ports on this machine alone, and none of what holds the data', () => {
    const open = services.flatMap(([name, { ports = [] }]) => ports.map((port) => `${name} ${port}`));
    expect(open.sort()).toEqual([
      `api 127.0.0.1:8080:${defaultPort}`,
      'grafana 127.0.0.1:3000:3000',
      `ingest 127.0.0.1:8081:${defaultPort}`,
      'prometheus 127.0.0.1:9090:9090',
    ]);
    expect(compose.networks.inside?.internal).toBe(true);
    for (const name of ['kafka', 'schema-registry', 'timescaledb', 'redis'])
      expect(service(name).networks, name).toEqual(['inside']);
  });

  it('lets processors be many', () => {
    for (const key of ['container_name', 'ports', 'hostname', 'deploy'])
      expect(service('processors'), key).not.toHaveProperty(key);
    const own = (service('processors').volumes ?? []).filter((volume) => !volume.endsWith(':ro'));
    expect(own).toEqual([]);
  });

  it.each(services.map(([name]) => name))(
    'runs %s with no more rights than it needs, and looks after it',
    (name) => {
      const one = service(name);
      const [, tag = ''] = one.image.split(':');
      expect(tag, one.image).toMatch(/^v?\d+\.\d+\.\d+(-[a-z0-9.]+)?$/);
      expect(one.image).toMatch(/^[a-z-]+(\/[a-z-]+)?:/);
      expect(one).toMatchObject({
        init: true,
        restart: 'unless-stopped',
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        mem_limit: expect.stringMatching(/^\d+[mg]$/),
      });
      expect(one.user).toMatch(/^(?!root$|0$)[a-z0-9]+$/);
      expect(one.healthcheck).toMatchObject({
        retries: expect.any(Number),
        start_period: expect.any(String),
      });
      expect(one).not.toHaveProperty('privileged');
      const writable = ['kafka', 'schema-registry'];
      expect(one.read_only ?? false, 'read_only').toBe(!writable.includes(name));
      for (const [other, { condition }] of Object.entries(one.depends_on ?? {})) {
        expect(condition).toBe('service_healthy');
        expect(service(other).profiles ?? one.profiles).toEqual(one.profiles);
      }
    },
  );

  it.each(ours)('leaves %s memory beside the heap of JavaScript', (name) => {
    const heap = Number(/--max-old-space-size=(\d+)/.exec(settingsOf(name).NODE_OPTIONS ?? '')?.[1]);
    expect(heap).toBeGreaterThan(256);
    expect(heap / megabytes(service(name).mem_limit as string)).toBeLessThan(0.8);
  });

  it('mounts files that exist, and volumes that are declared', () => {
    const used = new Set<string>();
    for (const [name, { volumes = [] }] of services)
      for (const volume of volumes) {
        const [source, target, mode] = volume.split(':') as [string, string, string?];
        expect(target, `${name} ${volume}`).toMatch(/^\//);
        if (source.startsWith('.')) {
          expect(existsSync(join(root, source)), `${name} ${volume}`).toBe(true);
          expect(mode, `${name} ${volume}`).toBe('ro');
        } else used.add(source);
      }
    expect([...used].sort()).toEqual(Object.keys(compose.volumes).sort());
    const config = readConfig({ ARTERIAL_NETWORK: settingsOf('api').ARTERIAL_NETWORK });
    for (const name of ours)
      expect(service(name).volumes?.[0]).toBe(`./simulators/demo-city/tables:${config.networkFolder}:ro`);
  });

  it('says the memory that its limits take together, and images, as the page on operating does', () => {
    const page = read('docs/operating.md');
    const gigabytes = (profiles: boolean): number =>
      services
        .filter(([, one]) => profiles || one.profiles === undefined)
        .reduce((sum, [, one]) => sum + megabytes(one.mem_limit as string), 0) / 1024;
    expect(page).toContain(
      `together are ${Math.ceil(gigabytes(false))} GB of memory, ${Math.ceil(gigabytes(true))} GB with`,
    );
    const images = services.map(([, { image }]) => image);
    const said = [...page.matchAll(/(?<=\s)[a-z/-]+:\d+\.\d+[\w.-]*/g)].map(([image]) => image);
    expect(said.length).toBeGreaterThan(0);
    expect(said.filter((image) => !images.includes(image))).toEqual([]);
  });

  it('has a release of the program for an image', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    for (const name of ours) expect(service(name).image).toBe(`arterial:${version}`);
  });
});

describe('.env', () => {
  it('has a long secret of its own for each empty one of the example, readable by its owner alone', () => {
    const secrets = Object.values(env);
    expect(secrets).toHaveLength(4);
    for (const secret of secrets) expect(secret).toMatch(/^[0-9a-f]{48}$/);
    expect(new Set(secrets).size).toBe(4);
    expect(statSync(join(folder, '.env')).mode & 0o077).toBe(0);
  });

  it('stays as it is once it is there', () => {
    const before = readFileSync(join(folder, '.env'), 'utf8');
    makeEnv(folder);
    expect(readFileSync(join(folder, '.env'), 'utf8')).toBe(before);
  });

  it('says in its example every variable that the services take, with the same default', () => {
    const example = variablesOf(read('.env.example').replaceAll(/^# (?=\w+=)/gm, ''));
    const text = read('docker-compose.yml');
    expect(Object.keys(example).sort()).toEqual([...new Set(variablesIn(text))].sort());
    for (const [, name, value] of text.matchAll(/\$\{(\w+):-([^}]*)\}/g))
      expect(example[name as string], name).toBe(value);
    for (const name of Object.keys(env)) expect(text).toContain(`\${${name}:?`);
  });

  it('is kept neither by git nor in the image', () => {
    expect(read('.gitignore').split('\n')).toContain('.env');
    expect(read('.dockerignore').split('\n')).toContain('*');
    expect(read('.dockerignore')).not.toContain('!.env');
  });
});
