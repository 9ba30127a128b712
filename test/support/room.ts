import type { Room } from '../../src/modules/room.ts';

/** What a test calls of a room, with the room's life: `start` as in a process that serves and works. */
export function liveRoom<Api extends object>(
  room: Room<Api>,
): Api & { start(): void; stop(): Promise<void> } {
  return {
    ...room.api,
    start: () => room.start?.({ serves: true, works: true }),
    async stop() {
      await room.stop?.();
    },
  };
}
