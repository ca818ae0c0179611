#!/usr/bin/env node
/** The command line: what each command needs, and what it prints. */
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import type { RecordingKind } from '#ingest/replay/open-replay.ts';
import { readConfig } from '#runtime/config.ts';
import { ArterialError } from '#runtime/errors.ts';
import { demoCity } from './commands/demo-city.ts';
import { formatGoals, isMet } from './commands/goals.ts';
import { formatLedger } from './commands/ledger.ts';

/** As `recordingKinds` has them, of which nothing is loaded for other commands. */
const recordingKinds: readonly RecordingKind[] = ['speed-matrix', 'parking'];

const usage = `arterial <command>

  city                                    the whole city on a simulated street, with API and map
  ingest                                  the door for devices, before a Kafka that several processes share
  processors                              some of the partitions of that Kafka; start as many as are needed
  api                                     API and map on what the processors found
  simulator                               a simulated street that speaks to that Kafka
  replay FOLDER --as KIND [--speed max]   real files through everything; KIND is ${recordingKinds.join(' or ')}
         [--data FOLDER] [--kills N]      N kills on the way; ends with the ledger and a hash of all tables
  simulate --seed N --hours N --out DIR   a street with known truth, through everything, as fast as possible
  evaluate DIR                            what was true in DIR against what Arterial said
  verify                                  whether the tables of ARTERIAL_DATA are those of an undisturbed run
  accept-loss                             lets tasks go on that miss records which are gone for good
  train --from SOURCE --out MODEL         a forecasting model from the history of the city, where SOURCE is history,
        [--subject parking]               or from a CSV with a column a sensor; handed in at the API of a city
        [--publish URL]
  rehearse [--json]                       starts a city, watches, kills and judges it: one line a goal
  services up|status|down [NAME...]       Kafka, PostgreSQL, Redis and a schema registry here, without Docker;
         [--ports free] [--json]          NAME is one of kafka, postgres, redis, registry
         [--folder DIR]
  forecast stdio [--online]               forecasts rows of numbers as they come on standard input, one JSON text a
                                          line; --online teaches no network
  signals stdio [--plans-only] [--watch] [--approaches FILE]
                                          advises signals from what detectors say on standard input
  controller --intersection ID [--url URL] a signal controller's client that waits for advice and prints what it
             [--accept] [--stages]        would do; ARTERIAL_SIGNING_KEY checks signatures
  import-sumo NET.XML FOLDER              a SUMO network as GMNS tables
`;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const note = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

const commands: Readonly<Record<string, (args: string[]) => Promise<void>>> = {
  async city() {
    const { city } = await import('./commands/city.ts');
    await city(process.env, say);
  },

  async ingest() {
    const { ingestRole } = await import('./commands/door.ts');
    await ingestRole(process.env, say);
  },

  async processors() {
    const { processorsRole } = await import('./commands/processors.ts');
    await processorsRole(process.env, say);
  },

  async api() {
    const { apiRole } = await import('./commands/api.ts');
    await apiRole(process.env, say);
  },

  async simulator() {
    const { simulatorRole } = await import('./commands/door.ts');
    await simulatorRole(process.env, say);
  },

  async replay(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        as: { type: 'string' },
        speed: { type: 'string', default: 'max' },
        data: { type: 'string' },
        kills: { type: 'string', default: '0' },
        partitions: { type: 'string', default: '3' },
      },
    });
    const recording = one(positionals, 'replay FOLDER');
    if (!recordingKinds.includes(values.as as RecordingKind))
      throw usageError(`--as ${values.as ?? 'is missing'}; ${recordingKinds.join(' or ')} would be right`);
    if (values.speed !== 'max') throw usageError(`--speed ${values.speed}; max would be right`);
    const folder = values.data ?? join('.arterial', 'replay', basename(recording));
    const kills = count(values.kills, 'kills');
    const partitions = count(values.partitions, 'partitions');
    if (kills > 0) {
      const { killed } = await import('./commands/killed.ts');
      return killed(
        [
          'replay',
          recording,
          '--as',
          values.as as string,
          '--data',
          folder,
          '--partitions',
          values.partitions,
        ],
        folder,
        kills,
        note,
      );
    }
    const { replay } = await import('./commands/replay.ts');
    const done = await replay({
      recording,
      as: values.as as RecordingKind,
      folder,
      partitions,
      notice: note,
    });
    say(formatLedger(done.ledger));
    say(
      `${done.readings} readings in ${done.wallSeconds.toFixed(1)} s, ` +
        `${Math.round(done.readings / done.wallSeconds)} readings/s`,
    );
    say(`refused at the edge: ${done.refused}`);
    say(`hash of all tables: ${done.digest}`);
  },

  async simulate(args) {
    const { values } = parseArgs({
      args,
      options: {
        seed: { type: 'string', default: '7' },
        hours: { type: 'string', default: '2' },
        out: { type: 'string' },
        network: { type: 'string', default: demoCity },
        partitions: { type: 'string', default: '3' },
      },
    });
    if (!values.out) throw usageError('simulate needs --out DIR');
    const { readNetwork } = await import('#ingest/gmns/read-network.ts');
    const { morningRush } = await import('./commands/feed.ts');
    const { simulate } = await import('./commands/simulate.ts');
    const network = await readNetwork(values.network);
    const done = await simulate({
      network,
      seed: count(values.seed, 'seed'),
      hours: Number(values.hours),
      startAt: morningRush(network.timeZone, Date.UTC(2026, 4, 5, 12)),
      partitions: count(values.partitions, 'partitions'),
      folder: values.out,
      notice: note,
    });
    say(formatLedger(done.ledger));
    say(
      `${values.hours} h in ${done.wallSeconds.toFixed(1)} s; plans that controllers took over: ${done.appliedPlans}`,
    );
    say(`hash of all tables: ${done.digest}`);
  },

  async evaluate(args) {
    const { evaluateFolder } = await import('./commands/evaluate.ts');
    say(await evaluateFolder(one(args, 'evaluate DIR')));
  },

  async forecast(args) {
    const options = { online: { type: 'boolean', default: false } } as const;
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
    if (one(positionals, 'forecast stdio') !== 'stdio')
      throw usageError(`forecast ${positionals[0]}; stdio would be right`);
    const { forecastStdio, smallPieces } = await import('./commands/forecast-stdio.ts');
    await forecastStdio(smallPieces(), process.stdout, { note, isOnline: values.online });
  },

  async signals(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        'plans-only': { type: 'boolean', default: false },
        watch: { type: 'boolean', default: false },
        approaches: { type: 'string' },
      },
    });
    if (one(positionals, 'signals stdio') !== 'stdio')
      throw usageError(`signals ${positionals[0]}; stdio would be right`);
    const { signalsStdio } = await import('./commands/signals-stdio.ts');
    await signalsStdio(process.stdin, process.stdout, note, {
      plansOnly: values['plans-only'],
      watchOnly: values.watch,
      approaches: values.approaches,
    });
  },

  async controller(args) {
    const { values } = parseArgs({
      args,
      options: {
        intersection: { type: 'string' },
        url: { type: 'string', default: 'http://127.0.0.1:8080' },
        accept: { type: 'boolean', default: false },
        stages: { type: 'boolean', default: false },
      },
    });
    if (!values.intersection) throw usageError('controller needs --intersection ID');
    const { controller } = await import('./commands/controller.ts');
    const { intersection, url, accept, stages } = values;
    await controller({ intersection, url, accepts: accept, stages }, readConfig(process.env), say);
  },

  async verify() {
    const { readNetwork } = await import('#ingest/gmns/read-network.ts');
    const { processors } = await import('#processors/main.ts');
    const { openConfiguredParts } = await import('./commands/parts.ts');
    const { formatVerdict, verify } = await import('./commands/verify.ts');
    const config = readConfig(process.env);
    const network = await readNetwork(config.networkFolder ?? demoCity);
    const parts = await openConfiguredParts(config, note);
    const verdict = await verify({ ...parts, network, partitions: config.partitions, processors }, note);
    await parts.close();
    say(formatLedger(verdict.ledger));
    say(formatVerdict(verdict));
    if (!verdict.sound) process.exitCode = 1;
  },

  async 'accept-loss'() {
    const { acceptLoss } = await import('./commands/accept-loss.ts');
    const { openConfiguredStoreParts } = await import('./commands/parts.ts');
    const parts = await openConfiguredStoreParts(readConfig(process.env), note);
    const said = await acceptLoss(parts.store);
    await parts.close();
    say(said.length > 0 ? said.join('\n') : 'no task stands still; nothing was changed');
  },

  async train(args) {
    const { trainCommand } = await import('./commands/train-main.ts');
    await trainCommand(args, process.env, say, note);
  },

  async rehearse(args) {
    const { rehearse } = await import('./commands/rehearse.ts');
    const { values } = parseArgs({ args, options: { json: { type: 'boolean', default: false } } });
    const goals = await rehearse(process.env, note);
    say(formatGoals(goals, values.json));
    if (!goals.every(isMet)) process.exitCode = 1;
  },

  async services(args) {
    const services = await import('./commands/services.ts');
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        folder: { type: 'string', default: join('.arterial', 'services') },
        ports: { type: 'string', default: 'fixed' },
        json: { type: 'boolean', default: false },
      },
    });
    const { folder, ports, json } = values;
    if (ports !== 'fixed' && ports !== 'free') throw usageError(`--ports ${ports}; free would be right`);
    const [deed = '', ...names] = positionals;
    const options = { folder, names: services.namedServices(names), note };
    if (deed === 'up') say(services.formatAddresses(await services.servicesUp({ ...options, ports }), json));
    else if (deed === 'down') await services.servicesDown(options);
    else if (deed === 'status') {
      const found = await services.servicesStatus(options);
      say(json ? JSON.stringify(found) : found.map(({ name, says }) => `${name}: ${says}`).join('\n'));
      if (!found.every(({ condition }) => condition === 'up')) process.exitCode = 1;
    } else throw usageError('services up, services status or services down would be right');
  },

  async 'import-sumo'(args) {
    const [file, folder] = args;
    if (!file || !folder) throw usageError('import-sumo needs NET.XML and FOLDER');
    const { writeNetwork } = await import('#ingest/gmns/write-network.ts');
    const { importSumoNet } = await import('#ingest/sumo/import-net.ts');
    const network = await importSumoNet(file);
    await writeNetwork(folder, network);
    say(
      `${network.links.size} links, ${network.intersections.size} signals, ` +
        `${network.detectors.size} detectors in ${folder}`,
    );
  },
};

function one(positionals: readonly string[], form: string): string {
  const [first, ...more] = positionals;
  if (first === undefined || more.length > 0) throw usageError(`${form} would be right`);
  return first;
}

function count(text: string, name: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0)
    throw usageError(`--${name} ${text}; a whole number would be right`);
  return value;
}

const usageError = (message: string): ArterialError => new ArterialError('config.invalid', message);

const [name = '', ...args] = process.argv.slice(2);
const command = commands[name];
if ([name, ...args].some((word) => word === '--help' || word === '-h')) say(usage);
else if (!command) {
  note(usage);
  process.exitCode = 2;
} else
  try {
    await command(args);
  } catch (error) {
    if (
      !(error instanceof ArterialError) &&
      (error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS') !== true
    )
      throw error;
    note(`${(error as { code: string }).code}: ${(error as Error).message}`);
    process.exitCode = 1;
  }

/** A client may hold on to the connections of a server that is away. Milliseconds. */
const lettingGo = 2_000;
setTimeout(() => process.exit(), lettingGo).unref();
