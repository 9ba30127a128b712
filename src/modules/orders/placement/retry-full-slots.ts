import { isSlotFull } from '../../scheduling/index.ts';
import { slotFullError } from './fulfilment-refusals.ts';

const TRIES_MAX = 10;

/**
 * Calls `work` again if the database refuses a place because others took the last ones since `work` read them. Each time,
 * somebody else got on. Throws `fulfilment.slot_full` if that happens too often.
 */
export async function retryWhileSlotFull<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      // One that `work` decided itself names the next times.
      if (!isSlotFull(error)) throw error;
      if (tries === TRIES_MAX) throw slotFullError();
    }
  }
}
