import type { Module } from '../../modules/module.ts';
import type { JobQueue } from '../infrastructure/create-job-queue.ts';

/** Creates Bull Board. Its library is loaded only if jobs use BullMQ. */
export function createQueueBoard({ queue }: { readonly queue: JobQueue }): Module<null> {
  const { boards } = queue;
  if (boards === null) return { api: null };
  return {
    api: null,
    async routes(app) {
      const { registerQueueBoard } = await import('./queue-board.ts');
      await registerQueueBoard(app, boards);
    },
  };
}
