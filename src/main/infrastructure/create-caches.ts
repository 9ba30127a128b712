import type { Caches } from '../../drivers/cache/cache.ts';
import { createMemoryCaches } from '../../drivers/cache/memory/memory-caches.ts';
import type { Log } from '../../shared/log.ts';
import type { CacheChoice } from '../config/cache-choice.ts';

/** Loads the client of Redis only where it is chosen. */
export async function createCaches(choice: CacheChoice, log: Log): Promise<Caches> {
  if (choice.kind === 'memory') return createMemoryCaches();
  const { createRedisCaches } = await import('../../drivers/cache/redis/redis-caches.ts');
  return createRedisCaches({ url: choice.url, log });
}
