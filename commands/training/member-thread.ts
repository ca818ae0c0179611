/** A thread that teaches one member of an ensemble. */
import { parentPort, workerData } from 'node:worker_threads';
import { teachMember } from '#domain/forecast/curriculum.ts';
import type { MemberNews, MemberOrder } from './members.ts';

const { lessons, seed, member } = workerData as MemberOrder;
const tell = (news: MemberNews): void => parentPort!.postMessage(news);
tell({ weights: teachMember(lessons, seed, member, (_, loss) => tell({ loss })) });
