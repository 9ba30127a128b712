import { createMemoryRateLimiters } from '../../drivers/limits/memory/memory-rate-limiters.ts';
import type { RateLimiters } from '../../drivers/limits/rate-limiter.ts';
import type { Log } from '../../shared/log.ts';
import type { Config } from '../config/config.ts';

/** Creates the limiters: counted in Redis if there is one, whose client is loaded only if something is limited. */
export async function createRateLimiters(
  { role, rateLimits, redisUrl }: Pick<Config, 'role' | 'rateLimits' | 'redisUrl'>,
  log: Log,
): Promise<RateLimiters> {
  const isOff = Object.values(rateLimits).every((rate) => rate === null);
  // A worker serves nothing that is limited.
  if (redisUrl === null || isOff || role === 'worker') return createMemoryRateLimiters();
  const { createRedisRateLimiters } = await import(
    '../../drivers/limits/redis/redis-rate-limiters.ts'
  );
  return createRedisRateLimiters({ url: redisUrl, log });
}
