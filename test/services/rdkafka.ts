/** Whether the tests can have node-rdkafka, which is no part of an installation. */
import { ArterialError } from '#runtime/errors.ts';
import { addRdkafka, loadRdkafka } from '#runtime/rdkafka-module.ts';

/** Why not, for `needs`; empty when it is there. */
export const missingRdkafka: string = await loadRdkafka().then(
  () => '',
  (error: unknown) => {
    if (!(error instanceof ArterialError)) throw error;
    const { code, message } = error.cause as NodeJS.ErrnoException;
    const why = code === 'ERR_MODULE_NOT_FOUND' ? '' : `: ${message}`;
    return `node-rdkafka, which ${addRdkafka} adds${why}`;
  },
);
