import assert from 'node:assert/strict';
import { createConnections } from '../../src/database/connections.ts';
import { pause } from '../../src/shared/pause.ts';
import { PATIENT_MS } from './patience.ts';

/**
 * Repeats `check` until it does not throw. Throws its last error after `timeoutMs`, which only ends a hang. For effects
 * of another process.
 */
export async function until<T>(check: () => Promise<T>, timeoutMs = PATIENT_MS): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await pause(25);
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
