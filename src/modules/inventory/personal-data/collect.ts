import type { Queryable } from '../../../database/statement.ts';
import { readByPages } from '../../../shared/read-all.ts';
import type { Person, PersonalLists } from '../../personal-data.ts';
import { type CorrectionRow, collectMovements } from './collect-queries.ts';

const PAGE_SIZE = 100;

/** Only staff correct stock. */
export function collect(db: Queryable, { id }: Person): PersonalLists {
  return {
    movements: readByPages<CorrectionRow>((last) =>
      collectMovements(db, id, last?.at ?? null, last?.id ?? null, PAGE_SIZE),
    ),
  };
}
