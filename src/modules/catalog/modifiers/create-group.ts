import type { Transaction } from '../../../database/database.ts';
import type { Author } from '../../../shared/caller.ts';
import { invalidInputs } from '../../../shared/common-errors.ts';
import { newId } from '../../../shared/ids.ts';
import { findModifierErrors, findRangeErrors } from './check-group.ts';
import type { StoredGroup } from './modifier-group.ts';
import { insertGroup, lockPriceVersion } from './queries.ts';
import { recordGroup } from './record-group.ts';
import { requireGroup } from './require-group.ts';
import type { CreateGroupInput } from './schemas.ts';
import { resolveModifiers, writeModifiers } from './write-modifiers.ts';

/** Creates a modifier group. Throws `request.invalid` and `catalog.modifier_code_taken`. */
export async function createGroup(
  tx: Transaction,
  currency: string,
  { name, min, max, modifiers: inputs }: CreateGroupInput,
  author: Author,
): Promise<StoredGroup> {
  const errors = findModifierErrors(inputs, currency);
  if (errors.length > 0) throw invalidInputs(errors);
  const modifiers = await resolveModifiers(tx, inputs);
  const rangeErrors = findRangeErrors({ min, max, modifiers });
  if (rangeErrors.length > 0) throw invalidInputs(rangeErrors);
  await lockPriceVersion(tx);
  const id = newId();
  await insertGroup(tx, id, name, min, max, currency);
  await writeModifiers(tx, id, modifiers);
  const group = await requireGroup(tx, id);
  await recordGroup(tx, null, group, author);
  return group;
}
