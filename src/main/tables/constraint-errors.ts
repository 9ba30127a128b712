import type { ErrorDefinition } from '../../shared/errors.ts';
import { modules } from '../modules/modules.ts';

/** Constraint name to the refusal that its violation means, of all modules. */
export const constraintErrors: Readonly<Record<string, ErrorDefinition>> = Object.freeze(
  Object.assign({}, ...modules.declarations.map(({ constraints }) => constraints)),
);
