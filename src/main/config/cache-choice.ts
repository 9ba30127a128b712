export type CacheChoice =
  /** Each server has its own cache. */
  { readonly kind: 'memory' } | { readonly kind: 'redis'; readonly url: string };

interface Given {
  readonly CACHE_DRIVER?: CacheChoice['kind'];
  readonly REDIS_URL?: string;
}

export function chooseCache({ CACHE_DRIVER, REDIS_URL }: Given): CacheChoice {
  if (CACHE_DRIVER === 'memory' || REDIS_URL === undefined) return { kind: 'memory' };
  return { kind: 'redis', url: REDIS_URL };
}

/** Returns one sentence for each contradiction. */
export function cacheFaults({ CACHE_DRIVER, REDIS_URL }: Given): string[] {
  if (CACHE_DRIVER !== 'redis' || REDIS_URL !== undefined) return [];
  return ['CACHE_DRIVER is redis: set REDIS_URL too.'];
}
