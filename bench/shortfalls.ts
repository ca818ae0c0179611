/** Where the time goes of what falls short of its goal, as profiles say (`BENCH_PROFILE`), and what to try next. */
import { type Goal, isMet } from '#commands/goals.ts';

interface Note {
  readonly of: RegExp;
  readonly text: string;
}

const notes: readonly Note[] = [
  {
    of: /^frames-(kafka-streams-(processors|own-store)|plain-node)-ratio$/,
    text:
      'Of the core, a reading in a frame costs 13 % to add it to its window, 11 % to decode it (twice: when it is ' +
      'judged and when its time has come), 8 % for the checksum, 6 % for the garbage collector and 6 % for rows on ' +
      'their way to PostgreSQL; the rest is spread over forty functions. Plain Node and these two Kafka Streams do ' +
      'not put records in order, know no repeats, revise nothing and check no sums, and the own store reads in ' +
      'place as Arterial does. Next: to add readings of one window on arrival where a processor says that order ' +
      'does not matter to it, which saves the second decoding.',
  },
  {
    of: /^single-.*-ratio$/,
    text:
      'A record of one reading costs as much as one of several: its names are found, its place in time kept, its ' +
      'bytes read twice. 9 % of the core adds it to its window, 8 % is the garbage collector (620 bytes a record, ' +
      'most of them the decoded event, made twice), 25 % judges it, 15 % keeps it until its time has come. Next: to ' +
      'keep what was decoded in columns instead of the bytes. Who has many detectors sends frames.',
  },
  {
    of: /^frames-quix-streams-ratio$/,
    text:
      'A fiftieth of the 3.2 µs that Quix Streams takes for a reading is 64 ns: decoding, checksum and window alone ' +
      'take 120 ns here.',
  },
  {
    of: /^memory-against-kafka-streams$/,
    text:
      '225 MiB are there with a thousand detectors already: Node, the program, its connections, and buffers of what ' +
      'was fetched and still waits.',
  },
  {
    of: /^alert-path-p50$/,
    text:
      'Traced: from the heartbeat until the processor has it 4 to 7 ms (Kafka, with the frames of a second beside ' +
      'it), the commit 6 ms, the derived topic, the API and the client 8 ms: six processes that wait for two cores. ' +
      'In one thread with all else it is 15 to 22 ms as well. Next: commits of tasks that were woken together as one.',
  },
  {
    of: /^alert-path-p99$/,
    text:
      'Alerts of one heartbeat in sixty meet the end of a minute, when 25,000 links are closed, forecast and saved. ' +
      'That is done in another thread now (52 to 119 ms in five runs; 90 to 195 ms in five in the same thread). What ' +
      'is left, traced, is that the heartbeat reaches the processor only after 50 to 150 ms, or that a commit waits ' +
      '40 to 90 ms in PostgreSQL, while the other thread, Kafka and PostgreSQL share two cores.',
  },
  {
    of: /^live-state-api-(p99|steady-rate)$/,
    text:
      'The API itself is never busy for longer than 35 ms (the garbage collector, and bursts of all 64 clients at ' +
      'once); its clients, the processors, Kafka and PostgreSQL share the other core.',
  },
  {
    of: /^guangzhou-cpu-idle$/,
    text:
      'The processors take 31 % of both cores, PostgreSQL 9 %, Kafka 6 %; the rest is what the kernel does for them. ' +
      'Nine of ten records are of cameras that see nothing of note, and are decoded whole to know it. Next: to look ' +
      'at the observations alone.',
  },
  {
    of: /^guangzhou-live-state-p99$/,
    text:
      'At the end of a minute 21,000 links are closed at once. Half of them are in live state within 254 ms, the ' +
      'last of a minute after 300 to 370 in looks of two to four minutes; in one of the ten it took 1.6 s, and one ' +
      'minute in ten is what the 99th percentile shows. Traced, the first partition is asked 55 ms after the minute ' +
      'is due, 50 of them because the devices send in slices; each of the four then takes 14 ms to close its links ' +
      'and 18 to make their texts, and 5 to 10 for the garbage collector, while Redis, PostgreSQL, Kafka and the ' +
      'devices want the same two cores: in two threads each of these takes twice as long. Next: what that one minute ' +
      'waits for.',
  },
];

const unknown = 'not profiled yet.';

/** A line for each reason, with the goals that are short for it. */
export function shortfalls(goals: readonly Goal[]): string[] {
  const names = new Map<string, string[]>();
  for (const { name } of goals.filter((goal) => !isMet(goal))) {
    const text = notes.find(({ of }) => of.test(name))?.text ?? unknown;
    names.set(text, [...(names.get(text) ?? []), `\`${name}\``]);
  }
  return [...names].map(([text, of]) => `- ${of.join(', ')}: ${text}`);
}
