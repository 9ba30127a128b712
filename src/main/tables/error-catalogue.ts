import {
  authErrors,
  idempotencyErrors,
  requestErrors,
  serviceErrors,
} from '../../shared/common-errors.ts';
import type { ErrorDefinition } from '../../shared/errors.ts';
import { rooms } from '../rooms/rooms.ts';

/** Every refusal that this server can give: what the pages under `/problems` are made from. */
export const errorCatalogue: readonly ErrorDefinition[] = [
  requestErrors,
  authErrors,
  idempotencyErrors,
  ...rooms.declarations.map(({ errors }) => errors ?? {}),
  serviceErrors,
].flatMap((errors): ErrorDefinition[] => Object.values(errors));
