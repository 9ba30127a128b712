import type { PersonalDataPart } from '../../personal-data.ts';
import type { AccountsParts } from '../accounts-parts.ts';
import { collect } from './collect.ts';
import { erase } from './erase.ts';

export function createAccountsPersonalData(
  parts: Pick<AccountsParts, 'revocations' | 'changedUsers'>,
): PersonalDataPart {
  return { name: 'accounts', collect, erase: (tx, person) => erase(parts, tx, person) };
}
