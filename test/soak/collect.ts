/** Loaded before the program of a process: at SIGUSR2 it collects its garbage; what is used then is what it keeps. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
// With a parameter, as listeners get one, it would collect what is young only.
process.on('SIGUSR2', () => collect());
