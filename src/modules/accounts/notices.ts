import type { Transaction } from '../../database/database.ts';
import type { NewJob } from '../../jobs/index.ts';
import { findBrowserName } from '../../shared/browser-name.ts';
import type { FactorType, Source } from '../../shared/caller.ts';
import { newId } from '../../shared/ids.ts';
import type { NoticeKind } from './account-mail.ts';
import type { AccountsParts } from './accounts-parts.ts';
import { insertNotice, lockNotices } from './notice-queries.ts';

/** Something that the owner of an account must learn of. */
export interface SecurityNotice {
  readonly kind: NoticeKind;
  readonly userId: string;
  /** Where it came from. */
  readonly source: Source;
  /** The kind of second factor that was added or removed. */
  readonly factor?: FactorType;
  /** The link whose address the notice goes to, and which it contains if it still undoes a change. Default: the account's. */
  readonly linkId?: string;
}

/**
 * How many notices of a kind a user gets within 24 hours. Nobody can flood a mailbox with them, and after so many their
 * recipient knows.
 */
const DAILY_MAX = 10;
const dailyMaxima: Partial<Record<NoticeKind, number>> = { new_device: 1, refresh_reused: 3 };

/**
 * Tells the owner of an account by mail, unless they were told the same too often today. Called in the transaction of the
 * change, after its locks. Returns the job, to be sent after the commit: `void parts.jobs.send(…)`.
 */
export async function notify(
  { jobs, accountMailJob }: Pick<AccountsParts, 'jobs' | 'accountMailJob'>,
  tx: Transaction,
  { kind, userId, source: { origin }, factor, linkId }: SecurityNotice,
): Promise<readonly NewJob[]> {
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
    linkId ?? null,
    dailyMaxima[kind] ?? DAILY_MAX,
  );
  if (notice === undefined) return [];
  const job = accountMailJob({ kind: `account.${kind}`, id: notice.id });
  await jobs.add(tx, [job]);
  return [job];
}
