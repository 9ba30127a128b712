import type { ItemOf } from '../../shared/api.ts';

/** Somebody with an account, as admins find them in the list. */
export type Person = ItemOf<'listUsers'>;

export const peopleKey = ['people'] as const;
