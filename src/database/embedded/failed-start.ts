import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedServerError } from './embedded-server-error.ts';

const LINES_MAX = 3;

/** What PostgreSQL reports when it does not start, and what to do about it. */
const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/No space left on device|Disk quota exceeded/, 'The disk is full: free some space.'],
  [
    /wrong ownership|Permission denied/,
    'The folder does not belong to the user that PostgreSQL runs as: run Holdfast as the owner, change the owner of the folder, or name another folder in DATA_DIR.',
  ],
  [
    /invalid permissions|group or world access/,
    'Other users may enter the folder: remove their permissions (chmod 700).',
  ],
  [/Read-only file system/, 'The folder is on a read-only file system: make it writable.'],
  [
    /could not map anonymous shared memory|Cannot allocate memory/,
    'The machine has too little free memory.',
  ],
  [
    /path.* too long|too long/i,
    'The path of the folder is too long: name a shorter one in DATA_DIR.',
  ],
  [
    /could not (open|read|access|locate|stat)|invalid data|is corrupt|incorrect checksum|PANIC|No such file/,
    'The database is damaged: restore the whole folder from a backup.',
  ],
];

/**
 * Builds the error of a failed start. `output` is what the program printed. A server that opened its log goes on there.
 */
export async function describeFailedStart(
  program: 'PostgreSQL' | 'initdb',
  dataDirectory: string,
  output: string,
): Promise<EmbeddedServerError> {
  const messages = /Future log output/.test(output) ? await readLastStart(dataDirectory) : output;
  const lines = messages.split('\n').filter((line) => /(FATAL|PANIC|ERROR|error):/.test(line));
  const words = lines.length === 0 ? output.trim() : lines.slice(-LINES_MAX).join('; ');
  const [, remedy] = REMEDIES.find(([pattern]) => pattern.test(words)) ?? [];
  return new EmbeddedServerError(
    program === 'initdb'
      ? `The database cannot be created in ${dataDirectory}. ${remedy ?? ''} initdb reports: ${words}`
      : `PostgreSQL does not start on ${dataDirectory}. ${remedy ?? 'Its log is in the folder log there.'} It reports: ${words}`,
  );
}

/** Returns the newest log from the last start of the server. */
async function readLastStart(dataDirectory: string): Promise<string> {
  const folder = join(dataDirectory, 'log');
  const names = await readdir(folder).catch(() => []);
  const logs = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      return { path, changedAtMs: (await stat(path).catch(() => null))?.mtimeMs ?? 0 };
    }),
  );
  const newest = logs.toSorted((a, b) => b.changedAtMs - a.changedAtMs)[0];
  if (newest === undefined) return '';
  const text = await readFile(newest.path, 'utf8').catch(() => '');
  return text.slice(Math.max(0, text.lastIndexOf(' starting PostgreSQL ')));
}
