import type { Redis as Client } from 'ioredis';
import type { Log } from '../../../shared/log.ts';
import { createAvailability } from '../../redis/availability.ts';
import { createFailFastClient } from '../../redis/fail-fast-client.ts';
import type { Cache, CacheOptions, Caches, Stamped } from '../cache.ts';
import { createMinimumStamps } from '../minimum-stamps.ts';

/** Long against a healthy answer (below 2 ms in one data centre), short against a request. */
const COMMAND_TIMEOUT_MS = 100;
const PAUSE_MS = 1_000;
/** How long a Redis remembers that older values are invalid: longer than any load takes. */
const TOMBSTONE_MS = 60_000;
/**
 * A floor must outlive the values that were stored before it: 30 s of 3,000 changes a second, some 10 MB when full.
 * Past that, what Redis remembers itself has to do.
 */
const FLOORS_MAX = 100_000;

/**
 * A value lies in Redis as its stamp, a line feed and its JSON; without JSON it only says that what is older is invalid.
 * Puts ARGV[1..2] there for ARGV[3] ms, unless what is there has a later stamp.
 */
const KEEP_SCRIPT = `
local kept = redis.call('get', KEYS[1])
if kept and tonumber(string.match(kept, '^%d+')) > tonumber(ARGV[1]) then return 0 end
redis.call('set', KEYS[1], ARGV[1] .. '\\n' .. ARGV[2], 'PX', ARGV[3])
return 1
`;

/** Puts a stamp without a value there for ARGV[2] ms, unless what is there is not older. */
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
  /** After which Redis counts as away. Default: 100. */
  readonly commandTimeoutMs?: number;
}

/**
 * Values kept in Redis, so that servers share them. Each process remembers what it knows to be invalid, so a
 * Redis that lost or never got that word cannot make it show an old value. While Redis is away nothing is kept: every
 * read asks the database.
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
    says: { there: 'values are kept in it', away: 'reads ask the database' },
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
    const { ttlMs, revive = (json) => json as Value } = options;
    const floors = createMinimumStamps(FLOORS_MAX);
    const buildKey = (key: string): string => `holdfast:cache:${name}:${key}`;
    return {
      get(key) {
        if (!isAvailable()) return undefined;
        return sendCommand(async () => {
          const text = await client.get(buildKey(key));
          return text === null ? undefined : parseEntry(text, floors.of(key), revive)?.value;
        });
      },
      getMany(keys) {
        if (keys.length === 0 || !isAvailable()) return [];
        const asked = sendCommand(async () => {
          const texts = await client.mget(keys.map(buildKey));
          return texts.map((text, index) =>
            text === null ? undefined : parseEntry(text, floors.of(keys[index]!), revive),
          );
        });
        return asked.then((entries) => entries ?? []);
      },
      set(key, { stamp, value }) {
        if (!isAvailable() || stamp < floors.of(key)) return;
        void sendCommand(() =>
          scripts.holdfastKeep(buildKey(key), stamp, JSON.stringify(value), ttlMs),
        );
      },
      invalidate(key, stamp) {
        if (!floors.raise(key, stamp) || !isAvailable()) return;
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

function parseEntry<Value>(
  text: string,
  floor: number,
  revive: (json: unknown) => Value,
): Stamped<Value> | undefined {
  const end = text.indexOf('\n');
  const stamp = Number(text.slice(0, end));
  if (end === text.length - 1 || stamp < floor) return undefined;
  return { stamp, value: revive(JSON.parse(text.slice(end + 1))) };
}
