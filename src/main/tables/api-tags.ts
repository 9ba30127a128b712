import type { Tag } from '../../modules/module.ts';
import { modules } from '../modules/modules.ts';

/** The chapters of the API reference, in an order for newcomers. */
export const tags: readonly Omit<Tag, 'place'>[] = modules.declarations
  .flatMap((declaration) => declaration.tags ?? [])
  .toSorted((one, other) => one.place - other.place)
  .map(({ name, description }) => ({ name, description }));
