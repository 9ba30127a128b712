import type { Redis as Client } from 'ioredis';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Log } from '../../../shared/log.ts';
import { createAvailability } from '../../redis/availability.ts';
import { createFailFastClient } from '../../redis/fail-fast-client.ts';
import { createMemoryRateLimiters } from '../memory/memory-rate-limiters.ts';
import type { Rate, RateLimiter, RateLimiters } from '../rate-limiter.ts';
import { createStoredRateLimiter } from '../stored-rate-limiter.ts';

/** Long compared with a healthy response (below 2 ms in one data centre), short compared with a request. */
const COMMAND_TIMEOUT_MS = 200;
/** How long Redis is not tried again after a failure. */
const PAUSE_MS = 1_000;

/**
 * Consumes points (ARGV[1] > 0), all or none, or credits them back (< 0) under the limit ARGV[3], for a window of ARGV[2] seconds.
 * The library's own script counts refusals too, and starts a window when a point is credited back.
 */
const COUNT_SCRIPT = `
local consumed = tonumber(redis.call('get', KEYS[1]) or '0')
local points = tonumber(ARGV[1])
local ttl = redis.call('pttl', KEYS[1])
if ttl < 0 then
  if points < 0 then return {0, 1000 * ARGV[2]} end
  redis.call('set', KEYS[1], points, 'EX', ARGV[2])
  return {points, 1000 * ARGV[2]}
end
if points > 0 and consumed + points > tonumber(ARGV[3]) then return {consumed + points, ttl} end
return {redis.call('incrby', KEYS[1], points), ttl}
`;

export interface RedisRateLimitersOptions {
  readonly url: string;
  readonly log: Log;
  /** How long a command may take before Redis counts as unavailable. Default: 200. */
  readonly commandTimeoutMs?: number;
}

/**
 * Creates rate limiters whose points are counted in Redis, for several servers together. While Redis is unavailable,
 * slow or broken, each server counts separately. The library's insurance limiter does the same for one call, but it
 * does not report which store a point came from, and waits on every call for a Redis that hangs.
 */
export function createRedisRateLimiters({
  url,
  log,
  commandTimeoutMs = COMMAND_TIMEOUT_MS,
}: RedisRateLimitersOptions): RateLimiters {
  const client = createFailFastClient(url, commandTimeoutMs);
  const availability = createAvailability({
    pauseMs: PAUSE_MS,
    log,
    consequences: {
      available: 'limits are shared',
      unavailable: 'each server counts limits separately',
    },
  });
  client.on('error', (error: Error) => availability.failed(error));
  const local = createMemoryRateLimiters();
  return {
    create(name, rate) {
      const shared = createRedisRateLimiter(client, name, rate);
      const insurance = local.create(name, rate);
      return {
        rate,
        async clear(key) {
          await insurance.clear(key);
          if (client.status === 'ready') await shared.clear(key).catch(availability.failed);
        },
        async take(key, points) {
          if (client.status !== 'ready' || !availability.isAvailable()) {
            return insurance.take(key, points);
          }
          try {
            const take = await shared.take(key, points);
            availability.answered();
            const refund = (unspent?: number) => take.refund(unspent).catch(availability.failed);
            return { ...take, refund };
          } catch (error) {
            availability.failed(error);
            return insurance.take(key, points);
          }
        },
      };
    },
    async close() {
      client.disconnect();
      await local.close();
    },
  };
}

/** `take` rejects if Redis does not respond in time. */
function createRedisRateLimiter(client: Client, name: string, rate: Rate): RateLimiter {
  const store = new RateLimiterRedis({
    storeClient: client,
    keyPrefix: `holdfast:limits:${name}`,
    points: rate.pointsMax,
    duration: rate.windowSeconds,
    customIncrTtlLuaScript: COUNT_SCRIPT,
  });
  return createStoredRateLimiter(rate, {
    async take(key, points) {
      try {
        return { allowed: true, count: await store.consume(key, points) };
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        return { allowed: false, count: refusal };
      }
    },
    refund: (key, points) => store.reward(key, points),
    delete: (key) => store.delete(key),
  });
}
