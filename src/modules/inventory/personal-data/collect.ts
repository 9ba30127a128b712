import type { PersonalLists } from '../../personal-data.ts';

export function collect(): PersonalLists {
  return {};
}
