import type { Transaction } from '../../../../database/database.ts';
import { destroyPersonalKeys } from '../../../../personal/index.ts';
import type { ErasureScope } from '../../../personal-data.ts';

/** Destroys the keys of what people said in the log, and in the audit. The rows stay, and so do all seals over them. */
export function erase(tx: Transaction, { userIds }: ErasureScope): Promise<void> {
  return destroyPersonalKeys(tx, userIds);
}
