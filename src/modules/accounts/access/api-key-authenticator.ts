import type { FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import type { Database } from '../../../database/database.ts';
import { buildSecuritySource, refuseCredential } from '../../../http/index.ts';
import type { ApiKeyCaller } from '../../../shared/caller.ts';
import { noRequest, type SecurityLog } from '../../../shared/security-events.ts';
import { hashApiKey } from './api-key.ts';
import { findApiKey, type KnownKeyRow, touchApiKey } from './api-key-queries.ts';

/** How long a key is still accepted after another server revoked it. The contract allows five seconds. */
const KNOWN_MS = 3_000;
const KNOWN_MAX = 1_000;
const TOUCH_EVERY_MS = 60_000;

export interface ApiKeyAuthenticator {
  /** Throws `auth.unauthenticated`. */
  authenticate(token: string, request?: FastifyRequest): Promise<ApiKeyCaller> | ApiKeyCaller;
  /** Clears the cached keys, so that a revocation on this server takes effect here at once. */
  forget(): void;
  /** Waits for pending updates of `last_used_at`. */
  stop(): Promise<void>;
}

export function createApiKeyAuthenticator(options: {
  readonly database: Database;
  readonly nowMs: () => number;
  readonly securityLog: SecurityLog;
  readonly onError: (error: unknown) => void;
}): ApiKeyAuthenticator {
  const { database, nowMs, securityLog, onError } = options;
  const known = new LRUCache<string, KnownKeyRow>({ max: KNOWN_MAX, ttl: KNOWN_MS });
  // Limited like the cache: a key that is evicted is only written a little early.
  const touched = new LRUCache<string, true>({ max: KNOWN_MAX, ttl: TOUCH_EVERY_MS });
  const touching = new Set<Promise<unknown>>();

  function recordUse(keyId: string, request?: FastifyRequest): void {
    if (touched.has(keyId)) return;
    touched.set(keyId, true);
    const source = request === undefined ? noRequest : buildSecuritySource(request);
    const writing = touchApiKey(database, keyId)
      .then(([use]) => {
        // Of several servers on which a new key is used at once, one records it.
        if (use?.isFirst === true) securityLog.record('key.first_used', source, { keyId });
      })
      .catch(onError)
      .finally(() => touching.delete(writing));
    touching.add(writing);
  }

  function admit(key: KnownKeyRow | undefined, request?: FastifyRequest): ApiKeyCaller {
    if (key === undefined) throw refuseCredential('unknown_key');
    if (key.expiresAt !== null && key.expiresAt.getTime() <= nowMs()) {
      throw refuseCredential('expired_key', { keyId: key.id });
    }
    recordUse(key.id, request);
    const { id, scopes, refundMaxMinor } = key;
    return {
      kind: 'api_key',
      id,
      scopes,
      ...(refundMaxMinor === null ? {} : { refundMaxMinor }),
    };
  }

  async function admitUncached(
    hash: Buffer,
    cacheKey: string,
    request?: FastifyRequest,
  ): Promise<ApiKeyCaller> {
    const [key] = await findApiKey(database, hash);
    if (key !== undefined) known.set(cacheKey, key);
    return admit(key, request);
  }

  return {
    authenticate(token, request) {
      const hash = hashApiKey(token);
      if (hash === null) return admit(undefined);
      const cacheKey = hash.toString('base64');
      const key = known.get(cacheKey);
      return key === undefined ? admitUncached(hash, cacheKey, request) : admit(key, request);
    },
    forget: () => known.clear(),
    async stop() {
      await Promise.all(touching);
    },
  };
}
