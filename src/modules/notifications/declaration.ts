import type { RoomDeclaration } from '../room.ts';

export const notificationsDeclaration = {
  name: 'notifications',
} as const satisfies RoomDeclaration;
