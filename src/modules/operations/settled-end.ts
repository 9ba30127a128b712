import type { Database } from '../../database/database.ts';
import { createLogReader } from '../../events/index.ts';
import { pause } from '../../shared/pause.ts';

const POLL_MS = 50;
const WAIT_MAX_MS = 1_000;

class StillWriting extends Error {}

/**
 * Returns an end of the log before which no transaction can write any more, or null if one goes on writing.
 */
export async function findSettledEnd(database: Database): Promise<number | null> {
  const deadline = performance.now() + WAIT_MAX_MS;
  try {
    return await createLogReader(database).findSettledEnd(async () => {
      if (performance.now() > deadline) throw new StillWriting();
      await pause(POLL_MS);
    });
  } catch (error) {
    if (error instanceof StillWriting) return null;
    throw error;
  }
}
