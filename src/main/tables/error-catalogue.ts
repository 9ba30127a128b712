import {
  authErrors,
  idempotencyErrors,
  requestErrors,
  serviceErrors,
} from '../../shared/common-errors.ts';
import type { ErrorDefinition } from '../../shared/errors.ts';
import { modules } from '../modules/modules.ts';

/** Every refusal that this server can give: what the pages under `/problems` are made from. */
export const errorCatalogue: readonly ErrorDefinition[] = [
  requestErrors,
  authErrors,
  idempotencyErrors,
  ...modules.declarations.map(({ errors }) => errors ?? {}),
  serviceErrors,
].flatMap((errors): ErrorDefinition[] => Object.values(errors));
