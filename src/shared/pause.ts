import { setTimeout as timeout } from 'node:timers/promises';

export interface PauseOptions {
  /** Ends the pause early. */
  readonly signal?: AbortSignal;
  /** Whether the pause keeps the process alive. Default: true. */
  readonly ref?: boolean;
}

/** Resolves after `ms`, or as soon as the signal fires, which the caller has to check. Never rejects. */
export function pause(ms: number, options: PauseOptions = {}): Promise<void> {
  return timeout(ms, undefined, options).catch(() => {});
}
