import type { ModuleDeclaration } from '../../modules/module.ts';

/** One operation for all paths of the board. */
export const VIEW_QUEUE_BOARD = 'viewQueueBoard';

/** The declaration of Bull Board, for jobs that use BullMQ: open to admins, not to API keys. */
export const queueBoardDeclaration = {
  name: 'queueBoard',
  access: { [VIEW_QUEUE_BOARD]: { roles: ['admin'] } },
} as const satisfies ModuleDeclaration;
