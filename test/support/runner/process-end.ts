import { after } from 'node:test';

/** What to stop when the last file of this process has ended; null if it runs only one. */
let ends: (() => unknown)[] | null = null;

/** Announces that several files run in this process. Call the returned function after the last. */
export function shareProcess(): () => Promise<void> {
  const registered: (() => unknown)[] = [];
  ends = registered;
  return async () => {
    for (const end of registered.splice(0)) await end();
  };
}

/** Registers how to stop what the files of a process may share. */
export function onProcessEnd(end: () => unknown): void {
  if (ends === null) after(end);
  else ends.push(end);
}
