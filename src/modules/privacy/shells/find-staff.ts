import { findStaffRole } from '../../../audit/index.ts';
import type { Queryable } from '../../../database/statement.ts';
import { findCustomers } from '../../accounts/index.ts';
import type { Person } from '../../personal-data.ts';

/** Returns whether a person is or was one of the staff, who act in the orders of others. */
export async function isOrWasStaff(db: Queryable, { id }: Person): Promise<boolean> {
  const [[user], [former]] = await Promise.all([findCustomers(db, [id]), findStaffRole(db, id)]);
  return (user !== undefined && user.role !== 'customer') || former !== undefined;
}
