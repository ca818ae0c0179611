/** Joins the consumer group as a process that remembers who it was, so that its own death costs no waiting. */
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KafkaConfig } from '#runtime/config.ts';
import { ArterialError } from '#runtime/errors.ts';
import { lockFolder } from '#runtime/folder-lock.ts';
import { type Group, joinGroup } from '#runtime/kafkajs-group.ts';
import type { AnyProcessor } from '#runtime/processor.ts';
import { writeWhole } from './saved-file.ts';

/** Processes of one city on one machine. */
const slotsMost = 64;

export interface MemberOptions {
  readonly kafka: KafkaConfig;
  readonly dataFolder: string;
  readonly partitions: number;
  readonly processors: readonly AnyProcessor[];
  readonly failed: (error: unknown) => void;
}

/** As a member of the group, until `leave`. */
export async function joinAsMember(options: MemberOptions): Promise<Group> {
  const { kafka, dataFolder, partitions, processors, failed } = options;
  const slot = await takeSlot(join(dataFolder, 'members'));
  const remembered = join(slot.folder, 'member');
  const formerMember = await readFile(remembered, 'utf8').catch(() => undefined);
  const topics = [...new Set(processors.flatMap(({ reads }) => reads.map(({ name }) => name)))].sort();
  try {
    const group = await joinGroup({
      config: kafka,
      partitions,
      topics,
      ...(formerMember ? { formerMember } : {}),
      joined: (member) => void writeWhole(remembered, member).catch(() => {}),
      failed,
    });
    return {
      isShared: true,
      follow: (changed) => group.follow(changed),
      processed: (task, partition, progress) => group.processed(task, partition, progress),
      async leave() {
        await group.leave();
        await slot.giveBack();
      },
    };
  } catch (error) {
    await slot.giveBack();
    throw error;
  }
}

/** The first folder of its kind that no living process has: that of one that died, if there is one. */
async function takeSlot(folder: string): Promise<{ folder: string; giveBack: () => Promise<void> }> {
  for (let slot = 0; slot < slotsMost; slot++) {
    const own = join(folder, String(slot));
    await mkdir(own, { recursive: true });
    try {
      return { folder: own, giveBack: await lockFolder(own, 'config.invalid') };
    } catch (error) {
      if (!(error instanceof ArterialError)) throw error;
    }
  }
  throw new ArterialError(
    'config.invalid',
    `ARTERIAL_DATA is the folder of ${slotsMost} processes already; another would be right for more`,
  );
}
