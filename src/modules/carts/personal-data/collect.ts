import type { Queryable } from '../../../database/statement.ts';
import { readBySlices } from '../../../shared/read-all.ts';
import type { Person, PersonalLists } from '../../personal-data.ts';
import { collectCart, collectCartItems } from './collect-queries.ts';

/** Guests have no cart. */
export function collect(db: Queryable, { id }: Person): PersonalLists {
  return {
    carts: readBySlices([id], () => collectCart(db, id)),
    items: readBySlices([id], () => collectCartItems(db, id)),
  };
}
