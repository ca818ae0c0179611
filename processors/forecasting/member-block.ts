/** Members of a district as the bytes in which they are saved. */
import type { DistrictId } from '#domain/network.ts';
import type { SavedMembers } from './group.ts';

export interface MemberBlock<Member> {
  readonly district: DistrictId;
  readonly saved: SavedMembers;
  /** Plain data of each, in the order of `saved`. */
  readonly members: readonly Member[];
}

const lengthBytes = 4;

/** The length of a head, the head as JSON, then the bytes of all columns. */
export function packMembers<Member>({ district, saved, members }: MemberBlock<Member>): Buffer {
  const { known, accuracy, trial, ...plain } = saved;
  const parts = [known, accuracy, trial];
  const sizes = parts.map(({ length }) => length);
  const head = Buffer.from(JSON.stringify({ district, plain, members, sizes }));
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32BE(head.length);
  return Buffer.concat([length, head, ...parts]);
}

export function unpackMembers<Member>(bytes: Uint8Array): MemberBlock<Member> {
  const packed = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const begin = lengthBytes + packed.readUInt32BE();
  const { district, plain, members, sizes } = JSON.parse(packed.toString('utf8', lengthBytes, begin));
  const accuracyAt = begin + sizes[0];
  const trialAt = accuracyAt + sizes[1];
  const known = packed.subarray(begin, accuracyAt);
  const accuracy = packed.subarray(accuracyAt, trialAt);
  const trial = packed.subarray(trialAt, trialAt + sizes[2]);
  return { district, saved: { ...plain, known, accuracy, trial }, members };
}
