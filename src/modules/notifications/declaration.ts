import type { ModuleDeclaration } from '../module.ts';

export const notificationsDeclaration = {
  name: 'notifications',
} as const satisfies ModuleDeclaration;
