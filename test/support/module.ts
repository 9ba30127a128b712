import type { Module } from '../../src/modules/module.ts';

/** Starts a module as in a process that serves and works, and returns what a test calls. */
export function startModule<Api extends object>(
  module: Module<Api>,
): Api & { start(): void; stop(): Promise<void> } {
  return {
    ...module.api,
    start: () => module.start?.({ serves: true, works: true }),
    async stop() {
      await module.stop?.();
    },
  };
}
