import type { Module } from '../../src/modules/module.ts';

/** What a test calls of a module, with the module's life: `start` as in a process that serves and works. */
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
