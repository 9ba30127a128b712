import {
  authErrors,
  idempotencyErrors,
  requestErrors,
  serviceErrors,
} from '../../shared/common-errors.ts';
import type { ErrorDefinition } from '../../shared/errors.ts';
import { modules } from '../modules/modules.ts';

/** Every refusal of this server, and the source of the pages under `/problems`. */
export const errorCatalogue: readonly ErrorDefinition[] = [
  requestErrors,
  authErrors,
  idempotencyErrors,
  ...modules.declarations.map(({ errors }) => errors ?? {}),
  serviceErrors,
].flatMap((errors): ErrorDefinition[] => Object.values(errors));
