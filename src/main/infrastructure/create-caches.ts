import type { Caches } from '../../drivers/cache/cache.ts';
import { createMemoryCaches } from '../../drivers/cache/memory/memory-caches.ts';
import type { Log } from '../../shared/log.ts';
import type { CacheChoice } from '../config/cache-choice.ts';

/** Creates the chosen caches. Loads the Redis client only if it is used. */
export async function createCaches(choice: CacheChoice, log: Log): Promise<Caches> {
  if (choice.kind === 'memory') return createMemoryCaches();
  const { createRedisCaches } = await import('../../drivers/cache/redis/redis-caches.ts');
  return createRedisCaches({ url: choice.url, log });
}
