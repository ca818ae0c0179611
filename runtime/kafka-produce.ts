/** Kafka's Produce (version 7): one record batch (format 2, KIP-98) a partition, written into one buffer. */
import { crc32c } from './crc32c.ts';
import type { LogRecord } from './log.ts';

/** All that is sent to one partition at once, in order. */
export interface Part {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly LogRecord[];
}

/** Milliseconds within which all in-sync replicas are to have the records. */
const replicatedWithin = 30_000;
const allReplicas = -1;

/** Bytes of a batch before its records, and of what comes before its length and CRC ends. */
const headerBytes = 61;
const lengthBytes = 12;
const coveredFrom = 21;
/** A record takes no more beside its key and value: length, attributes, two deltas, two lengths, no headers. */
const recordBytesMost = 32;
/** What a partition takes beside its batch and the name of its topic. */
const partBytes = 16;

/** The body of a request; `now` is the time that the records bear, in milliseconds since 1970. */
export function encodeProduce(parts: readonly Part[], now: number): Buffer {
  const byTopic = new Map<string, Part[]>();
  let most = 64;
  for (const part of parts) {
    const same = byTopic.get(part.topic);
    if (same === undefined) byTopic.set(part.topic, [part]);
    else same.push(part);
    most += partBytes + headerBytes + 3 * part.topic.length;
    for (const { key, value } of part.records) most += recordBytesMost + 3 * key.length + value.length;
  }
  const bytes = Buffer.allocUnsafe(most);
  // No transaction.
  let at = bytes.writeInt16BE(-1, 0);
  at = bytes.writeInt16BE(allReplicas, at);
  at = bytes.writeInt32BE(replicatedWithin, at);
  at = bytes.writeInt32BE(byTopic.size, at);
  for (const [topic, own] of byTopic) {
    const length = bytes.write(topic, at + 2, 'utf8');
    at = bytes.writeInt16BE(length, at) + length;
    at = bytes.writeInt32BE(own.length, at);
    for (const { partition, records } of own) {
      at = bytes.writeInt32BE(partition, at);
      const end = writeBatch(bytes, at + 4, records, now);
      bytes.writeInt32BE(end - at - 4, at);
      at = end;
    }
  }
  return bytes.subarray(0, at);
}

/** Writes a batch; where it ends. */
function writeBatch(bytes: Buffer, start: number, records: readonly LogRecord[], now: number): number {
  const end = writeRecords(bytes, start + headerBytes, records);
  let at = bytes.writeBigInt64BE(0n, start);
  at = bytes.writeInt32BE(end - start - lengthBytes, at);
  at = bytes.writeInt32BE(0, at);
  bytes[at] = 2;
  at = start + coveredFrom;
  at = bytes.writeInt16BE(0, at);
  at = bytes.writeInt32BE(records.length - 1, at);
  at = bytes.writeBigInt64BE(BigInt(now), at);
  at = bytes.writeBigInt64BE(BigInt(now), at);
  // No producer that is known by a number, and so neither epoch nor sequence.
  at = bytes.writeBigInt64BE(-1n, at);
  at = bytes.writeInt16BE(-1, at);
  at = bytes.writeInt32BE(-1, at);
  bytes.writeInt32BE(records.length, at);
  bytes.writeUInt32BE(crc32c(bytes, start + coveredFrom, end), start + coveredFrom - 4);
  return end;
}

function writeRecords(bytes: Buffer, start: number, records: readonly LogRecord[]): number {
  let at = start;
  let [known, keyBytes] = ['', Buffer.alloc(0)];
  for (let i = 0; i < records.length; i++) {
    const { key, value } = records[i] as LogRecord;
    // Those of a district come one after the other.
    if (key !== known) [known, keyBytes] = [key, Buffer.from(key)];
    const [keyLength, valueLength] = [keyBytes.length, value.length];
    const length =
      3 + varintBytes(i) + varintBytes(keyLength) + keyLength + varintBytes(valueLength) + valueLength;
    at = writeVarint(bytes, at, length);
    // No attributes, and the time of the batch.
    bytes[at++] = 0;
    bytes[at++] = 0;
    at = writeVarint(bytes, at, i);
    at = writeVarint(bytes, at, keyLength);
    at += keyBytes.copy(bytes, at);
    at = writeVarint(bytes, at, valueLength);
    at += value.copy(bytes, at);
    bytes[at++] = 0;
  }
  return at;
}

/** How many bytes a number from 0 up takes, zig-zag and of variable length. */
function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value >>> 6; rest > 0; rest >>>= 7) bytes++;
  return bytes;
}

function writeVarint(bytes: Buffer, start: number, value: number): number {
  let at = start;
  let rest = value * 2;
  for (; rest > 0x7f; rest >>>= 7) bytes[at++] = (rest & 0x7f) | 0x80;
  bytes[at++] = rest;
  return at;
}
