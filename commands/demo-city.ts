import { fileURLToPath } from 'node:url';

/** The folder of the tables of the city that comes with the program. */
export const demoCity = fileURLToPath(new URL('../simulators/demo-city/tables', import.meta.url));
