import type { Socket } from 'node:net';

/** Resolves when the socket has closed, also by a reset, at which `once` of `node:events` would reject. */
export function untilClosed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}
