import type { ErrorDefinition } from '../../shared/errors.ts';
import { rooms } from '../rooms/rooms.ts';

/** Constraint name to the refusal that its violation means, of all rooms. */
export const constraintErrors: Readonly<Record<string, ErrorDefinition>> = Object.freeze(
  Object.assign({}, ...rooms.declarations.map(({ constraints }) => constraints)),
);
