/** Plain Node as a subject. */
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('main.ts', import.meta.url));

export const plainNode = {
  name: 'Plain Node',
  command: () => ({ program: process.execPath, parameters: ['--import', 'tsx', main] }),
};
