import assert from 'node:assert/strict';
import { createConnections } from '../../src/database/connections.ts';
import { pause } from '../../src/shared/pause.ts';

/**
 * Tries until `check` does not throw; throws its last error after `timeoutMs`, which only ends a hang: a busy machine may
 * take thirty times as long as a calm one. For what happens in another process.
 */
export async function until<T>(check: () => Promise<T>, timeoutMs = 120_000): Promise<T> {
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

/** One statement on a connection of its own. */
export async function query(
  url: string | undefined,
  text: string,
  parameters: unknown[] = [],
): Promise<Record<string, unknown>[]> {
  assert(url !== undefined);
  const client = await createConnections({
    url,
    statementTimeoutMs: 0,
    applicationName: 'holdfast-test',
  }).connect();
  try {
    return (await client.query(text, parameters)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}
