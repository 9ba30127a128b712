import { recordAudit } from '../../audit/index.ts';
import type { Transaction } from '../../database/database.ts';
import type { Role, Source } from '../../shared/caller.ts';
import { markAddressProven } from './queries.ts';

/** Marks the address of a user as proven, and records it if it was not before. Called under the lock of the user. */
export async function proveAddress(
  tx: Transaction,
  source: Source,
  { id, role }: { readonly id: string; readonly role: Role },
): Promise<void> {
  const [proven] = await markAddressProven(tx, id);
  if (proven === undefined) return;
  await recordAudit(tx, { ...source, actor: { type: 'user', id, role } }, [
    {
      type: 'user.email_verified',
      subjectId: id,
      before: { emailVerified: false },
      after: { emailVerified: true },
    },
  ]);
}
