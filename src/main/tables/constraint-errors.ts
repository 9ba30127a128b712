import type { ErrorDefinition } from '../../shared/errors.ts';
import { modules } from '../modules/modules.ts';

/** The refusal for a violation of each constraint, of all modules, by constraint name. */
export const constraintErrors: Readonly<Record<string, ErrorDefinition>> = Object.freeze(
  Object.assign({}, ...modules.declarations.map(({ constraints }) => constraints)),
);
