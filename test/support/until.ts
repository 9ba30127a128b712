import assert from 'node:assert/strict';
import { createConnections } from '../../src/database/connections.ts';
import { pause } from '../../src/shared/pause.ts';
import { PATIENT_MS } from './patience.ts';

const FIRST_PAUSE_MS = 20;
/** Checks cost processor time that the awaited program needs: a long wait is checked less often. */
const PAUSE_MAX_MS = 200;
const PAUSE_GROWTH = 1.4;

/**
 * Repeats `check` until it does not throw. Throws its last error after `timeoutMs`, which only ends a hang. For effects
 * of another process.
 */
export async function until<T>(check: () => Promise<T>, timeoutMs = PATIENT_MS): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * PAUSE_GROWTH, PAUSE_MAX_MS)) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await pause(pauseMs);
    }
  }
}

/** Runs one statement on a separate connection. */
export async function query(
  url: string | undefined,
  text: string,
  parameters: unknown[] = [],
): Promise<Record<string, unknown>[]> {
  assert(url !== undefined);
  const client = await createConnections({
    url,
    statementTimeoutMs: 0,
    connectTimeoutMs: PATIENT_MS,
    applicationName: 'holdfast-test',
  }).connect();
  try {
    return (await client.query(text, parameters)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}
