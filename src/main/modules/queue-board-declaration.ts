import type { ModuleDeclaration } from '../../modules/module.ts';

/** One for all addresses of the board. */
export const VIEW_QUEUE_BOARD = 'viewQueueBoard';

/** Bull Board's, where jobs go through BullMQ: people, and no keys. */
export const queueBoardDeclaration = {
  name: 'queueBoard',
  access: { [VIEW_QUEUE_BOARD]: { roles: ['admin'] } },
} as const satisfies ModuleDeclaration;
