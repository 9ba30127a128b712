import type { Queryable } from '../../database/statement.ts';
import { readBySlices } from '../../shared/read-all.ts';
import type { Person, PersonalDataPart } from '../personal-data.ts';
import { findErasure } from './queries.ts';

/** What this module itself gives out. It stays when a person is erased: ids and times only. */
export const erasurePersonalData: Omit<PersonalDataPart, 'erase'> = {
  name: 'privacy',
  collect: (db: Queryable, { id }: Person) => ({
    erasures: readBySlices([id], () => findErasure(db, id)),
  }),
};
