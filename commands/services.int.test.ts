import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMPATIBILITY, SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { needs } from '../test/needs.ts';
import { catalogue } from './services/catalogue.ts';
import { findFreePorts } from './services/ports.ts';
import { findMissing, shortOf } from './services/programs.ts';
import { endProcess, isAlive, markOf } from './services/server-process.ts';
import { readState, remember, type ServiceName, serviceNames } from './services/state.ts';
import { namedServices, servicesDown, servicesStatus, servicesUp } from './services.ts';

const longest = 300_000;
const needed = await Promise.all(Object.values(catalogue).map((service) => service.programs()));
const missing = shortOf(findMissing([...new Set(needed.flat())]));

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'arterial-services-'));
  // PostgreSQL may be another user than we are.
  chmodSync(folder, 0o755);
  return folder;
}

const silent = (): void => {};
const pidOf = (folder: string, name: ServiceName): number => readState(folder)[name]!.process.pid;
const conditions = async (folder: string): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await servicesStatus({ folder, names: serviceNames, note: silent })).map(({ name, condition }) => [
      name,
      condition,
    ]),
  );

describe('the services of a machine without Docker', needs(missing), () => {
  let folder: string;
  let addresses: Readonly<Record<string, string>>;
  const notes: string[] = [];
  const note = (line: string): void => {
    notes.push(line);
  };

  beforeAll(async () => {
    folder = newFolder();
    addresses = await servicesUp({ folder, names: serviceNames, ports: 'free', note });
  }, longest);
  afterAll(async () => {
    await servicesDown({ folder, names: serviceNames, note: silent });
    rmSync(folder, { recursive: true, force: true });
  }, longest);

  it('are all up, and each says where', async () => {
    expect(await conditions(folder)).toEqual({
      kafka: 'up',
      postgres: 'up',
      redis: 'up',
      registry: 'up',
    });
    expect(Object.keys(addresses)).toEqual(serviceNames.map((name) => catalogue[name].setting));
    for (const [name, address] of Object.entries(addresses)) expect(address, name).toContain('127.0.0.1:');
    for (const name of serviceNames)
      expect(notes).toContainEqual(
        expect.stringMatching(`^${name}: up after .* process ${pidOf(folder, name)}$`),
      );
  });

  it('stay as they are when they are brought up again', async () => {
    const before = readState(folder);
    notes.length = 0;
    expect(await servicesUp({ folder, names: serviceNames, ports: 'fixed', note })).toEqual(addresses);
    expect(readState(folder)).toEqual(before);
    expect(notes).toHaveLength(serviceNames.length);
    for (const line of notes) expect(line).toContain('is up already');
  });

  it('are of no concern to the command that started them, and another one finds them', async () => {
    const program = join(import.meta.dirname, '../arterial.ts');
    const parameters = ['--import', 'tsx', program, 'services', 'status', '--json', '--folder', folder];
    const child = spawn(process.execPath, parameters, { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const [code] = await once(child, 'close');
    expect(code).toBe(0);
    expect(JSON.parse(said)).toHaveLength(serviceNames.length);
  });

  it('keep schemas, and refuse a version that earlier readers or writers would not understand', async () => {
    const registry = new SchemaRegistry({ host: addresses['ARTERIAL_SCHEMA_REGISTRY_URL']! });
    const compatibility = COMPATIBILITY.FULL_TRANSITIVE;
    const register = (...fields: object[]) => {
      const schema = JSON.stringify({ type: 'record', name: 'Reading', namespace: 'test', fields });
      return registry.register(
        { type: SchemaType.AVRO, schema },
        { subject: 'reading-value', compatibility },
      );
    };
    const count = { name: 'count', type: 'long' };
    const { id } = await register(count);
    expect((await register(count)).id).toBe(id);
    expect(await registry.getLatestSchemaId('reading-value')).toBe(id);
    expect(await registry.decode(await registry.encode(id, { count: 7 }))).toMatchObject({ count: 7 });
    await expect(register(count, { name: 'speed', type: 'long' })).rejects.toThrow(/incompatible/i);
    expect(await registry.getLatestSchemaId('reading-value')).toBe(id);
    const wider = await register(count, { name: 'speed', type: 'long', default: 0 });
    expect(wider.id).not.toBe(id);
  });

  it(
    'are repaired by the next start after one was killed, on the same port, with what was durable',
    async () => {
      const topics = async (): Promise<string[]> => {
        const admin = new kafkajs.Kafka({
          brokers: [addresses['ARTERIAL_KAFKA_BROKERS']!],
          logLevel: kafkajs.logLevel.NOTHING,
        }).admin();
        await admin.connect();
        await admin.createTopics({ topics: [{ topic: 'kept' }], waitForLeaders: true });
        const found = await admin.listTopics();
        await admin.disconnect();
        return found;
      };
      expect(await topics()).toContain('kept');
      const before = readState(folder);
      await endProcess(before.kafka!.process, ['SIGKILL']);
      await endProcess(before.redis!.process, ['SIGKILL']);
      expect(await conditions(folder)).toEqual({
        kafka: 'gone',
        postgres: 'up',
        redis: 'gone',
        registry: 'up',
      });
      expect(await servicesUp({ folder, names: serviceNames, ports: 'fixed', note })).toEqual(addresses);
      expect(await conditions(folder)).toMatchObject({ kafka: 'up', redis: 'up' });
      expect(pidOf(folder, 'postgres')).toBe(before.postgres!.process.pid);
      expect(pidOf(folder, 'redis')).not.toBe(before.redis!.process.pid);
      expect(await topics()).toContain('kept');
    },
    longest,
  );

  it('end within their time, and are then known to be down', async () => {
    const marks = Object.values(readState(folder)).map((state) => state.process);
    const began = performance.now();
    await servicesDown({ folder, names: serviceNames, note });
    expect(performance.now() - began).toBeLessThan(25_000);
    expect(marks.filter(isAlive)).toEqual([]);
    expect(new Set(Object.values(await conditions(folder)))).toEqual(new Set(['down']));
    notes.length = 0;
    await servicesDown({ folder, names: ['redis'], note });
    expect(notes).toEqual(['redis: was not up']);
  });
});

describe('one service', needs(shortOf(findMissing(['redis-server']))), () => {
  async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
    const folder = newFolder();
    try {
      await test(folder);
    } finally {
      await servicesDown({ folder, names: ['redis'], note: silent });
      rmSync(folder, { recursive: true, force: true });
    }
  }
  const up = (folder: string) => servicesUp({ folder, names: ['redis'], ports: 'free', note: silent });

  it('that does not answer is ended and started again', async () => {
    await inFolder(async (folder) => {
      await up(folder);
      const stopped = readState(folder).redis!.process;
      process.kill(stopped.pid, 'SIGSTOP');
      expect(await conditions(folder)).toMatchObject({ redis: 'silent' });
      // A process that stands does not heed SIGTERM; it is killed once its time is over.
      await up(folder);
      expect(isAlive(stopped)).toBe(false);
      expect(await conditions(folder)).toMatchObject({ redis: 'up' });
    });
  });

  it('whose start was cut off before it answered is started again', async () => {
    await inFolder(async (folder) => {
      await up(folder);
      const { process: half, ports } = readState(folder).redis!;
      remember(folder, 'redis', { process: half, ports });
      expect(await conditions(folder)).toMatchObject({ redis: 'silent' });
      await up(folder);
      expect(isAlive(half)).toBe(false);
      expect(await conditions(folder)).toMatchObject({ redis: 'up' });
    });
  });

  it('does not cost a stranger its life to whom the number of its process was given', async () => {
    await inFolder(async (folder) => {
      await up(folder);
      const state = readState(folder).redis!;
      await endProcess(state.process);
      const stranger: ChildProcess = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
      const mark = markOf(stranger.pid!);
      remember(folder, 'redis', { ...state, process: { ...state.process, pid: mark.pid } });
      expect(await conditions(folder)).toMatchObject({ redis: 'gone' });
      const notes: string[] = [];
      await servicesDown({ folder, names: ['redis'], note: (line) => notes.push(line) });
      expect(notes).toEqual([`redis: was gone already, process ${mark.pid}`]);
      expect(isAlive(mark)).toBe(true);
      stranger.kill('SIGKILL');
      await once(stranger, 'exit');
      expect(isAlive(mark)).toBe(false);
    });
  });

  it('whose port is taken is not started, and who has it is said', async () => {
    await inFolder(async (folder) => {
      const [port] = (await findFreePorts(1)) as [number];
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
      remember(folder, 'redis', { process: { pid: 2 ** 22 + 1, began: '' }, ports: [port] });
      await expect(up(folder)).rejects.toMatchObject({
        code: 'services.port',
        message: expect.stringMatching(`^Redis listens on port ${port} of 127.0.0.1, which .* has; `),
      });
      await new Promise((resolve) => server.close(resolve));
      await up(folder);
      expect(await conditions(folder)).toMatchObject({ redis: 'up' });
    });
  });

  it('is started where the state is not as it was written', async () => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, 'state.json'), '{"serv');
      await up(folder);
      expect(JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8')).services.redis.url).toContain(
        'redis:',
      );
    });
  });
});

describe('what is missing', () => {
  it('is said of all services at once, with those that need none of it', async () => {
    const folder = newFolder();
    try {
      const failure = await servicesUp({
        folder,
        names: serviceNames,
        ports: 'free',
        note: silent,
        askProgram: () => undefined,
      }).catch((error: Error) => error);
      expect(failure).toMatchObject({ code: 'services.missing' });
      const { message } = failure as Error;
      expect(message).toContain(
        'Java 17 or newer is needed for Kafka and the schema registry, and java is not there.',
      );
      expect(message).toContain('Redis 6 or newer is needed for Redis, and redis-server is not there.');
      expect(message).toMatch(/apt-get install openjdk-17-jre-headless (maven )?redis-server/);
      expect(message.split('\n').at(-1)).toBe('What needs none of it: npm run services -- up postgres');
      expect(existsSync(join(folder, 'state.json'))).toBe(false);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('is a service of an unknown name', () => {
    expect(namedServices([])).toEqual(serviceNames);
    expect(namedServices(['redis'])).toEqual(['redis']);
    expect(() => namedServices(['zookeeper'])).toThrow(/no service zookeeper/);
  });
});
