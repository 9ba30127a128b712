import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { KnownPrimary } from './choose-primary.ts';

/** The primary of the highest timeline ever seen. */
export interface HighestTimeline {
  read(): KnownPrimary | null;
  write(known: KnownPrimary): void;
}

/**
 * Remembers it in memory, and in a file so that a restart does not forget it, which a former primary could use. Several
 * processes may share the file. `onError` is called if it cannot be read or written; memory counts then.
 */
export function createHighestTimeline(
  file: string | null,
  onError: (error: unknown) => void,
): HighestTimeline {
  let known = file === null ? null : readFile(file, onError);

  return {
    read: () => known,
    write(next) {
      known = next;
      if (file === null) return;
      const stored = readFile(file, onError);
      if (stored !== null && stored.systemId === next.systemId && stored.timeline > next.timeline) {
        known = stored;
        return;
      }
      try {
        mkdirSync(dirname(file), { recursive: true, mode: 0o711 });
        const draft = `${file}.${process.pid}`;
        writeFileSync(draft, `${JSON.stringify(next)}\n`, { mode: 0o600, flush: true });
        renameSync(draft, file);
      } catch (error) {
        onError(error);
      }
    },
  };
}

function readFile(file: string, onError: (error: unknown) => void): KnownPrimary | null {
  try {
    const { systemId, timeline, host, startedAt } = JSON.parse(readFileSync(file, 'utf8'));
    if (!Number.isInteger(timeline)) throw new Error(`${file} does not contain a timeline`);
    return {
      systemId: String(systemId),
      timeline,
      host: String(host),
      startedAt: String(startedAt),
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') onError(error);
    return null;
  }
}
