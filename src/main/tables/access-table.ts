import { type AccessTable, shellAccess } from '../../http/index.ts';
import { modules } from '../modules/modules.ts';

/** The access rules of all modules, by operation id. Roles are for signed-in users, scopes for API keys. */
export const accessTable: AccessTable = Object.assign(
  { ...shellAccess },
  ...modules.declarations.flatMap(({ probeAccess, access }) => [probeAccess, access]),
);
