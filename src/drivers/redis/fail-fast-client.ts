import { Redis } from 'ioredis';

const CONNECT_TIMEOUT_MS = 2_000;
const RECONNECT_MS_MAX = 2_000;

/**
 * Creates a client for callers that can do without Redis: a command that cannot be sent now fails at once instead of
 * waiting. The caller must listen for `error`.
 */
export function createFailFastClient(url: string, commandTimeoutMs: number): Redis {
  return new Redis(url, {
    commandTimeout: commandTimeoutMs,
    connectTimeout: CONNECT_TIMEOUT_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => Math.min(times * 100, RECONNECT_MS_MAX),
  });
}
