/**
 * Writes the tables of the demo city: `npx tsx simulators/demo-city/generate.ts`. Run by hand when the drawing
 * changes; a test says when the tables and the drawing differ.
 */
import { fileURLToPath } from 'node:url';
import { writeNetwork } from '#ingest/gmns/write-network.ts';
import { demoCity } from './city.ts';
import { demoCityFolder, demoCitySeed } from './tables.ts';

const network = demoCity(demoCitySeed);
await writeNetwork(fileURLToPath(demoCityFolder), network);
process.stdout.write(
  `${network.intersections.size} intersections, ${network.links.size} links, ${network.detectors.size} detectors, ` +
    `${network.cameras.size} cameras, ${network.facilities.size} car parks, ${network.stations.size} stations\n`,
);
