/** What Redis does in one piece: the newer of two values stays; a rebuild counts if nothing was lost meanwhile. */
import type { LiveEntry } from './live-entries.ts';

/**
 * Keeps each value that is newer than what is there, and tells of each kind that changed, with the ids. Returns what
 * the marker says, then each kind that changed and its ids as JSON. Versions are compared as numbers; Lua's are those
 * of JavaScript.
 */
export const writeScript = `
local function newer(a, b)
  local endA, endB = string.find(a, ']', 3, true), string.find(b, ']', 3, true)
  if not endB then return true end
  a, b = string.sub(a, 3, endA - 1), string.sub(b, 3, endB - 1)
  if a == b then return false end
  local numbersB = string.gmatch(b, '[^,]+')
  for x in string.gmatch(a, '[^,]+') do
    local y = numbersB()
    if not y then return true end
    x, y = tonumber(x), tonumber(y)
    if x ~= y then return x > y end
  end
  return false
end
local reply = { redis.call('HGET', KEYS[1], 'complete') or '' }
local at = 3
for k = 2, #KEYS do
  local kind, count, ids = ARGV[at], tonumber(ARGV[at + 1]), {}
  for i = 1, count do ids[i] = ARGV[at + 1 + i] end
  local known, fields, n, told = redis.call('HMGET', KEYS[k], unpack(ids)), {}, 0, {}
  for i = 1, count do
    local text = ARGV[at + 1 + count + i]
    if not known[i] or newer(text, known[i]) then
      fields[n + 1], fields[n + 2] = ids[i], text
      n = n + 2
      told[#told + 1] = ids[i]
    end
  end
  if n > 0 then
    redis.call('HSET', KEYS[k], unpack(fields))
    told = cjson.encode(told)
    redis.call('PUBLISH', ARGV[1], ARGV[2] .. ' ' .. kind .. ' ' .. told)
    reply[#reply + 1], reply[#reply + 2] = kind, told
  end
  at = at + 2 + 2 * count
end
return reply
`;

/** Most values in one call, which Redis does nothing else during; Lua can pass on some 8000 parameters. */
export const mostInOneCall = 1_000;

export interface LiveKeys {
  /** A hash: `building`, the rebuild that has begun, and `complete`, the one that has ended. */
  readonly marker: string;
  /** Where changes are told: the sender, a space, the kind, a space, the ids as JSON. */
  readonly channel: string;
  /** The hash of a kind: id to value. */
  of(kind: string): string;
}

/** Channels are the same in every database of a server, keys are not. */
export const liveKeys = (prefix: string, database: number): LiveKeys => ({
  marker: `${prefix}live`,
  channel: `${prefix}live-changed:${database}`,
  of: (kind) => `${prefix}live:${kind}`,
});

/** The keys and parameters of `writeScript`. */
export function writeParameters(
  names: LiveKeys,
  sender: string,
  entries: readonly LiveEntry[],
): { readonly keys: string[]; readonly parameters: string[] } {
  const byKind = new Map<string, { readonly ids: string[]; readonly texts: string[] }>();
  for (const { kind, id, text } of entries) {
    const lists = byKind.get(kind) ?? { ids: [], texts: [] };
    byKind.set(kind, lists);
    lists.ids.push(id);
    lists.texts.push(text);
  }
  const keys = [names.marker];
  const parameters = [names.channel, sender];
  for (const [kind, { ids, texts }] of byKind) {
    keys.push(names.of(kind));
    parameters.push(kind, String(ids.length), ...ids, ...texts);
  }
  return { keys, parameters };
}

/**
 * Begins a rebuild, or joins one that has begun since the server started. A rebuild is named after the run of the
 * server, so that what an earlier run has saved to its disk, and which may be old, does not count as complete.
 */
export const beginScript = `
local building = redis.call('HGET', KEYS[1], 'building')
if building and string.sub(building, 1, #ARGV[1]) == ARGV[1] then return building end
redis.call('HSET', KEYS[1], 'building', ARGV[2])
return ARGV[2]
`;

/** Ends a rebuild; 0 when everything was lost since it began. */
export const completeScript = `
if redis.call('HGET', KEYS[1], 'building') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'complete', ARGV[1])
return 1
`;
