import { createProgress } from '../../terminal.ts';

const MEGABYTE = 1_000_000;

/** Creates the progress of so many bytes, shown in megabytes on standard error. */
export function createMegabyteProgress(what: string) {
  const progress = createProgress(`${what}, MB`);
  let shown = -1;
  return {
    update(doneBytes: number, totalBytes: number) {
      const done = Math.floor(doneBytes / MEGABYTE);
      if (done === shown) return;
      shown = done;
      progress.update(done, Math.ceil(totalBytes / MEGABYTE));
    },
    end: progress.end,
  };
}

/** Returns a size in kilobytes below one megabyte. */
export function formatSize(bytes: number): string {
  if (bytes < MEGABYTE) return `${Math.ceil(bytes / 1_000)} kB`;
  return `${(bytes / MEGABYTE).toFixed(1)} MB`;
}
