import { isDeepStrictEqual } from 'node:util';
import { recordAudit } from '../../../audit/index.ts';
import type { Transaction } from '../../../database/database.ts';
import { appendEvents } from '../../../events/index.ts';
import { requireMatch } from '../../../http/index.ts';
import type { Author, Caller } from '../../../shared/caller.ts';
import { findChangedFields } from '../../../shared/changed-fields.ts';
import { authErrors } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import { shopErrors } from '../errors.ts';
import { checkTerms } from './check-terms.ts';
import { changeShop, lockShop, type ShopRow } from './queries.ts';
import type { ShopChange } from './schemas.ts';
import { mergeChange, normaliseTerms, type ShopTerms, toTerms } from './shop-terms.ts';

/** What the kitchen may change: a busy one pauses the shop. */
const kitchenFields = new Set(['acceptingOrders', 'pausedUntil', 'version']);

/** Throws `auth.forbidden` if the caller may not change all of these settings. */
export function requireMayChange(caller: Caller, change: ShopChange): void {
  if (caller.kind === 'user' && caller.role === 'admin') return;
  if (Object.keys(change).every((field) => kitchenFields.has(field))) return;
  throw new CodedError(authErrors.forbidden, {
    detail: 'The kitchen may change acceptingOrders and pausedUntil only.',
  });
}

/**
 * Changes the settings that the input contains, and records the change with its author in the log and in the audit. One
 * that changes nothing keeps the version. `accepted` lists the versions that `If-Match` accepts, null for any. Throws
 * `request.precondition_failed`, `shop.version_conflict` and `request.invalid`.
 */
export async function updateShop(
  tx: Transaction,
  change: ShopChange,
  accepted: readonly number[] | null,
  author: Author,
): Promise<ShopRow> {
  const [row] = await lockShop(tx);
  const { version, now } = row!;
  requireMatch(accepted, version);
  if (change.version !== undefined && change.version !== version) {
    throw new CodedError(shopErrors.versionConflict, { extensions: { currentVersion: version } });
  }
  const before = toTerms(row!, now);
  const merged = mergeChange(before, change);
  checkTerms(merged, now);
  const after = normaliseTerms(merged);
  if (isDeepStrictEqual(before, after)) return row!;
  const [changed] = await changeShop(tx, ...toColumns(after));
  await Promise.all([
    appendEvents(tx, [
      {
        type: 'shop.changed',
        orderId: null,
        customerId: null,
        sequence: null,
        from: null,
        to: null,
        actor: author.actor,
        reason: null,
        cause: author.cause,
        data: { version: changed!.version, changes: findChangedFields(before, after) },
      },
    ]),
    recordAudit(tx, author, [{ type: 'shop.changed', subjectId: null, before, after }]),
  ]);
  return changed!;
}

function toColumns(terms: ShopTerms) {
  return [
    terms.name,
    terms.timeZone,
    terms.fulfilmentTypes,
    terms.openingHours,
    JSON.stringify(terms.closedDates),
    terms.acceptingOrders,
    terms.pausedUntil === null ? null : new Date(terms.pausedUntil),
    terms.leadMinutes,
    terms.slotMinutes,
    terms.slotOrdersMax,
    terms.horizonDays,
    terms.tipPercents,
  ] as const;
}
