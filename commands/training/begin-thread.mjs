// A thread does not inherit how TypeScript is loaded, so it begins here, in plain JavaScript.
import { register } from 'tsx/esm/api';

register();
await import('./member-thread.ts');
