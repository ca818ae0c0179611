/**
 * Writes the tables of the demo city: `npx tsx simulators/demo-city/generate.ts`. Run by hand when the
 * drawing changes; a test says when the tables and the drawing differ.
 */
import { fileURLToPath } from 'node:url';
import { writeNetwork } from '#ingest/gmns/write-network.ts';
import { demoCity } from './city.ts';
import { demoCityFolder, demoCitySeed } from './tables.ts';

const network = demoCity(demoCitySeed);
await writeNetwork(fileURLToPath(demoCityFolder), network);
for (const kind of ['intersections', 'links', 'detectors', 'cameras', 'facilities', 'stations'] as const)
  process.stdout.write(`${network[kind].size} ${kind}\n`);
