/** Whether the tests can have node-rdkafka, which is no part of an installation. */
import { addRdkafka, loadRdkafka } from '#runtime/rdkafka-module.ts';

/** Why not, for `needs`; empty when it is there. */
export const missingRdkafka: string = await loadRdkafka().then(
  () => '',
  ({ message }: Error) => `node-rdkafka, which ${addRdkafka} adds: ${message}`,
);
