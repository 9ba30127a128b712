import type { Redis as Client } from 'ioredis';
import type { Log } from '../../../shared/log.ts';
import { createAvailability } from '../../redis/availability.ts';
import { createFailFastClient } from '../../redis/fail-fast-client.ts';
import type { Cache, CacheOptions, Caches, Stamped } from '../cache.ts';
import { createMinimumStamps } from '../minimum-stamps.ts';

/** Long compared with a healthy response (below 2 ms in one data centre), short compared with a request. */
const COMMAND_TIMEOUT_MS = 100;
const PAUSE_MS = 1_000;
/** How long Redis remembers that older values are invalid: longer than any load takes. */
const TOMBSTONE_MS = 60_000;
/**
 * A minimum stamp must outlive the values stored before it: 30 s of 3,000 changes a second, some 10 MB when full.
 * Beyond that, only the stamps in Redis protect.
 */
const MINIMUM_STAMPS_MAX = 100_000;

/**
 * Redis stores a value as its stamp, a line feed and its JSON. Without JSON the entry only marks older values as
 * invalid. The script stores ARGV[1..2] for ARGV[3] ms, unless a later stamp is stored.
 */
const KEEP_SCRIPT = `
local kept = redis.call('get', KEYS[1])
if kept and tonumber(string.match(kept, '^%d+')) > tonumber(ARGV[1]) then return 0 end
redis.call('set', KEYS[1], ARGV[1] .. '\\n' .. ARGV[2], 'PX', ARGV[3])
return 1
`;

/** Stores a stamp without a value for ARGV[2] ms, unless the stored stamp is as late or later. */
const INVALIDATE_SCRIPT = `
local kept = redis.call('get', KEYS[1])
if kept and tonumber(string.match(kept, '^%d+')) >= tonumber(ARGV[1]) then return 0 end
redis.call('set', KEYS[1], ARGV[1] .. '\\n', 'PX', ARGV[2])
return 1
`;

interface Scripts {
  holdfastKeep(key: string, stamp: number, json: string, ttlMs: number): Promise<number>;
  holdfastInvalidate(key: string, stamp: number, ttlMs: number): Promise<number>;
}

export interface RedisCachesOptions {
  readonly url: string;
  readonly log: Log;
  /** How long a command may take before Redis counts as unavailable. Default: 100. */
  readonly commandTimeoutMs?: number;
}

/**
 * Creates caches in Redis, which servers share. Each process remembers which stamps it knows to be invalid, so a Redis
 * that lost or never received an invalidation cannot make it return an old value. While Redis is unavailable nothing is
 * cached: every read queries the database.
 */
export function createRedisCaches({
  url,
  log,
  commandTimeoutMs = COMMAND_TIMEOUT_MS,
}: RedisCachesOptions): Caches {
  const client = createFailFastClient(url, commandTimeoutMs);
  client.defineCommand('holdfastKeep', { numberOfKeys: 1, lua: KEEP_SCRIPT });
  client.defineCommand('holdfastInvalidate', { numberOfKeys: 1, lua: INVALIDATE_SCRIPT });
  const scripts = client as Client & Scripts;
  const availability = createAvailability({
    pauseMs: PAUSE_MS,
    log,
    consequences: { available: 'values are cached in it', unavailable: 'reads query the database' },
  });
  client.on('error', (error: Error) => availability.failed(error));

  const isAvailable = (): boolean => client.status === 'ready' && availability.isAvailable();

  async function sendCommand<T>(command: () => Promise<T>): Promise<T | undefined> {
    try {
      const answer = await command();
      availability.answered();
      return answer;
    } catch (error) {
      availability.failed(error);
      return undefined;
    }
  }

  function create<Value>(name: string, options: CacheOptions<Value>): Cache<Value> {
    const { ttlMs } = options;
    const minimumStamps = createMinimumStamps(MINIMUM_STAMPS_MAX);
    const buildKey = (key: string): string => `holdfast:cache:${name}:${key}`;
    return {
      get(key) {
        if (!isAvailable()) return undefined;
        return sendCommand(async () => {
          const text = await client.get(buildKey(key));
          return text === null ? undefined : parseEntry<Value>(text, minimumStamps.of(key))?.value;
        });
      },
      getMany(keys) {
        if (keys.length === 0 || !isAvailable()) return [];
        const entries = sendCommand(async () => {
          const texts = await client.mget(keys.map(buildKey));
          return texts.map((text, index) =>
            text === null ? undefined : parseEntry<Value>(text, minimumStamps.of(keys[index]!)),
          );
        });
        return entries.then((found) => found ?? []);
      },
      set(key, { stamp, value }) {
        if (!isAvailable() || stamp < minimumStamps.of(key)) return;
        void sendCommand(() =>
          scripts.holdfastKeep(buildKey(key), stamp, JSON.stringify(value), ttlMs),
        );
      },
      invalidate(key, stamp) {
        if (!minimumStamps.raise(key, stamp) || !isAvailable()) return;
        void sendCommand(() => scripts.holdfastInvalidate(buildKey(key), stamp, TOMBSTONE_MS));
      },
    };
  }

  return {
    kind: 'redis',
    create,
    async ping() {
      await client.ping();
    },
    async close() {
      client.disconnect();
    },
  };
}

function parseEntry<Value>(text: string, minimumStamp: number): Stamped<Value> | undefined {
  const end = text.indexOf('\n');
  const stamp = Number(text.slice(0, end));
  if (end === text.length - 1 || stamp < minimumStamp) return undefined;
  return { stamp, value: JSON.parse(text.slice(end + 1)) as Value };
}
