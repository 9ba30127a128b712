import type { Transaction } from '../../database/database.ts';
import { findBrowserName } from '../../shared/browser-name.ts';
import type { FactorType, Origin } from '../../shared/caller.ts';
import { newId } from '../../shared/ids.ts';
import type { NoticeKind } from './account-mail.ts';
import type { AccountsParts } from './accounts-parts.ts';
import { insertNotice, lockNotices } from './notice-queries.ts';

/** Something that the owner of an account must learn of. */
export interface SecurityNotice {
  readonly kind: NoticeKind;
  readonly userId: string;
  /** Where it came from. Without an origin: from the server itself. */
  readonly source: { readonly origin?: Origin | null };
  /** The kind of second factor that was added or removed. */
  readonly factor?: FactorType;
  /** Default: the address of the account when the mail is sent. */
  readonly recipient?: string;
  /** The link that undoes what the notice is about. */
  readonly undoId?: string;
}

/** What sends notices. */
export type NoticeParts = Pick<AccountsParts, 'jobs' | 'accountMailJob'>;

/**
 * How many notices of a kind a user gets within 24 hours. Nobody can flood a mailbox with them, and after so many their
 * recipient knows.
 */
const DAILY_MAX = 10;
const dailyMaxima: Partial<Record<NoticeKind, number>> = { new_device: 1, refresh_reused: 3 };

/**
 * Tells the owner of an account by mail, unless they were told the same too often today. Called in the transaction of the
 * change, after its locks.
 */
export async function notify(
  { jobs, accountMailJob }: NoticeParts,
  tx: Transaction,
  { kind, userId, source: { origin }, factor, recipient, undoId }: SecurityNotice,
): Promise<void> {
  await lockNotices(tx, userId, kind);
  const userAgent = origin?.userAgent ?? null;
  const [notice] = await insertNotice(
    tx,
    newId(),
    userId,
    kind,
    origin?.address ?? null,
    userAgent === null ? null : findBrowserName(userAgent),
    factor ?? null,
    recipient ?? null,
    undoId ?? null,
    dailyMaxima[kind] ?? DAILY_MAX,
  );
  if (notice === undefined) return;
  const job = accountMailJob({ kind: `account.${kind}`, id: notice.id });
  await jobs.add(tx, [job]);
  // Not awaited, so that a slow queue delays no reply. It never rejects.
  tx.afterCommit(() => void jobs.send([job]));
}
