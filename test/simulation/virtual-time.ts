import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';

/**
 * The clocks, timers and random numbers of the product while it is simulated. They belong to the process that set them,
 * and go on when the simulation lets them.
 */
export interface TimeOfProcess {
  readonly nowMs: number;
  random(): number;
  addTimer(callback: () => void, delayMs: number, everyMs: number | null): VirtualTimer;
  addImmediate(callback: () => void): void;
}

export class VirtualTimer {
  isOver = false;
  dueAtMs: number;
  readonly everyMs: number | null;
  readonly callback: () => void;

  constructor(dueAtMs: number, everyMs: number | null, callback: () => void) {
    this.dueAtMs = dueAtMs;
    this.everyMs = everyMs;
    this.callback = callback;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

let current: TimeOfProcess | null = null;

/** Sets whose time it is: null outside of the simulation. */
export function setCurrent(process: TimeOfProcess | null): void {
  current = process;
}

const real = {
  setTimeout: globalThis.setTimeout,
  clearTimeout: globalThis.clearTimeout,
  setInterval: globalThis.setInterval,
  clearInterval: globalThis.clearInterval,
  setImmediate: globalThis.setImmediate,
  dateNow: Date.now,
  performanceNow: performance.now.bind(performance),
  random: Math.random,
  pause: timers.setTimeout,
};

/** Resolves when every promise that can go on has gone on. */
export function settle(): Promise<void> {
  return new Promise((resolve) => real.setImmediate(resolve));
}

export const realNowMs = real.performanceNow;

type Callback = (...parameters: unknown[]) => void;

/** Replaces the globals. Call it before the product is loaded. */
export function installVirtualTime(): void {
  const replacements = {
    setTimeout(callback: Callback, ms = 0, ...parameters: unknown[]) {
      if (current === null) return real.setTimeout(callback, ms, ...parameters);
      return current.addTimer(() => callback(...parameters), ms, null);
    },
    setInterval(callback: Callback, ms = 0, ...parameters: unknown[]) {
      if (current === null) return real.setInterval(callback, ms, ...parameters);
      return current.addTimer(() => callback(...parameters), ms, ms);
    },
    clearTimeout: clear,
    clearInterval: clear,
    setImmediate(callback: Callback, ...parameters: unknown[]) {
      if (current === null) return real.setImmediate(callback, ...parameters);
      current.addImmediate(() => callback(...parameters));
    },
  };
  Object.assign(globalThis, replacements);
  Date.now = () => current?.nowMs ?? real.dateNow();
  performance.now = () => current?.nowMs ?? real.performanceNow();
  Math.random = () => (current === null ? real.random() : current.random());
  timers.setTimeout = pause as typeof timers.setTimeout;
  syncBuiltinESMExports();
}

function clear(timer: unknown): void {
  if (timer instanceof VirtualTimer) timer.isOver = true;
  else real.clearTimeout(timer as NodeJS.Timeout);
}

function pause<T>(ms: number, value?: T, options: { signal?: AbortSignal } = {}): Promise<T> {
  if (current === null) return real.pause(ms, value as T, options);
  const { signal } = options;
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const timer = current.addTimer(() => resolve(value as T), ms, null);
  const abort = () => {
    timer.isOver = true;
    reject(new DOMException('aborted', 'AbortError'));
  };
  if (signal?.aborted) abort();
  else signal?.addEventListener('abort', abort, { once: true });
  return promise;
}
