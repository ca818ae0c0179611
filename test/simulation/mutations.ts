/** The safeguards, each of which can be taken out, to see that its absence shows. */
import { minutes } from '#domain/time.ts';
import type { AnyProcessor } from '#runtime/processor.ts';
import { countByMinute, stages } from './stages.ts';

export const mutations = {
  fence: 'the store takes every commit, whoever it is from',
  transaction: 'where a task stands is written first, the measures in a transaction after it',
  outbox: 'the derived records of a commit are not kept with it',
  crc: 'what comes over the wire is not checked',
  position: 'a log that has lost records does not say so',
  late: 'whatever is late revises, however late it is',
  identity: 'a repeat is not known as one',
} as const;

export type Mutation = keyof typeof mutations;
export const mutationNames = Object.keys(mutations) as Mutation[];

/** The stages, with what a mutation takes out of them. */
export function stagesWith(mutation: Mutation | undefined): readonly AnyProcessor[] {
  if (mutation === 'late') return [{ ...countByMinute, revisionBound: minutes(1e6) }, ...stages.slice(1)];
  if (mutation !== 'identity') return stages;
  return stages.map((stage) => ({
    ...stage,
    reads: stage.reads.map((topic) => {
      let nth = 0;
      return { ...topic, source: (event) => `${topic.source(event)} ${nth++}` };
    }),
  }));
}
