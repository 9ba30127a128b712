import { type AccessTable, shellAccess } from '../../http/index.ts';
import { rooms } from '../rooms/rooms.ts';

/** Who may call what, of all rooms, by operation id. Roles are for signed-in users, scopes for API keys. */
export const accessTable: AccessTable = Object.assign(
  { ...shellAccess },
  ...rooms.declarations.flatMap(({ probeAccess, access }) => [probeAccess, access]),
);
