import type { OperationLimit } from '../../modules/room.ts';
import { rooms } from '../rooms/rooms.ts';

/** Which operations have a limit of their own, by operation id. All under `/api` have the global one. */
export const limitTable: Readonly<Record<string, OperationLimit>> = Object.assign(
  {},
  ...rooms.declarations.map(({ limits }) => limits),
);
