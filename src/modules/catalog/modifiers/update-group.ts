import { isDeepStrictEqual } from 'node:util';
import type { Transaction } from '../../../database/database.ts';
import { requireMatch } from '../../../http/index.ts';
import type { Author } from '../../../shared/caller.ts';
import { invalidInputs } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import { pricesErrors } from '../../pricing/index.ts';
import { findModifierErrors, findRangeErrors } from './check-group.ts';
import type { Modifier, StoredGroup } from './modifier-group.ts';
import { changeGroup, deleteGroup, lockPriceVersion } from './queries.ts';
import { recordGroup } from './record-group.ts';
import { requireGroup } from './require-group.ts';
import type { UpdateGroupInput } from './schemas.ts';
import { resolveModifiers, writeModifiers } from './write-modifiers.ts';

/**
 * Changes a group; `modifiers` replaces all of its modifiers. `accepted` lists the versions that `If-Match` accepts,
 * null for any. An edit that changes nothing keeps the version. Throws `prices.not_found`,
 * `request.precondition_failed`, `prices.version_conflict`, `request.invalid` and `catalog.modifier_code_taken`.
 */
export async function updateGroup(
  tx: Transaction,
  currency: string,
  groupId: string,
  input: UpdateGroupInput,
  accepted: readonly number[] | null,
  author: Author,
): Promise<StoredGroup> {
  const errors = findModifierErrors(input.modifiers ?? [], currency);
  if (errors.length > 0) throw invalidInputs(errors);
  const group = await lockGroup(tx, groupId, accepted);
  if (input.version !== undefined && input.version !== group.version) {
    throw new CodedError(pricesErrors.versionConflict, {
      extensions: { currentVersion: group.version },
    });
  }
  const before: readonly Modifier[] = group.modifiers.map(withoutStock);
  const { name = group.name, min = group.min, max = group.max } = input;
  const modifiers =
    input.modifiers === undefined ? before : await resolveModifiers(tx, input.modifiers);
  const rangeErrors = findRangeErrors({ min, max, modifiers });
  if (rangeErrors.length > 0) throw invalidInputs(rangeErrors);
  const areSame = isDeepStrictEqual(modifiers, before);
  if (areSame && name === group.name && min === group.min && max === group.max) return group;
  await changeGroup(tx, groupId, name, min, max);
  if (!areSame) await writeModifiers(tx, groupId, modifiers);
  const changed = await requireGroup(tx, groupId);
  await recordGroup(tx, group, changed, author);
  return changed;
}

/**
 * Deletes a group that no product offers. Throws `prices.not_found`, `request.precondition_failed` and
 * `catalog.group_in_use`.
 */
export async function removeGroup(
  tx: Transaction,
  groupId: string,
  accepted: readonly number[] | null,
  author: Author,
): Promise<void> {
  const group = await lockGroup(tx, groupId, accepted);
  await deleteGroup(tx, groupId);
  await recordGroup(tx, group, null, author);
}

async function lockGroup(
  tx: Transaction,
  groupId: string,
  accepted: readonly number[] | null,
): Promise<StoredGroup> {
  await lockPriceVersion(tx);
  const group = await requireGroup(tx, groupId);
  requireMatch(accepted, group.version);
  return group;
}

function withoutStock({ code, name, priceMinor, quantityMax, active, productId }: Modifier) {
  return { code, name, priceMinor, quantityMax, active, productId };
}
