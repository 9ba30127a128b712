import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BackupError } from '../../../database/backup/index.ts';
import { withDataFolderErrors } from '../../../database/embedded/index.ts';
import type { Config } from '../../config/config.ts';
import { type GeneratedSecret, generatedSecrets } from '../../start/generated-secrets.ts';
import { runningUrls } from '../../start/open-database.ts';

/** What below DATA_DIR may be there already: keys that were put back. */
const keyFiles = Object.values<GeneratedSecret>(generatedSecrets).map(({ file }) => file);

/** The data folder that a backup is restored into. */
export interface TargetFolder {
  /** Creates the files of secrets, readable by their owner only. */
  writeSecrets(files: Readonly<Record<string, string>>): Promise<void>;
  /** Removes everything that was not there before. */
  clear(): Promise<void>;
}

/**
 * Prepares DATA_DIR for a restore. Throws BackupError if an embedded database is restored and the folder contains anything but keys.
 */
export async function prepareFolder({ dataDir, database }: Config): Promise<TargetFolder> {
  const before = await listNames(dataDir);
  const other = (before ?? []).filter((name) => !keyFiles.includes(name));
  if (database.kind === 'embedded' && other.length > 0) {
    throw new BackupError(await describeOccupied(dataDir, other));
  }
  const created: string[] = [];
  return {
    writeSecrets: (files) =>
      withDataFolderErrors(dataDir, async () => {
        await mkdir(dataDir, { recursive: true, mode: 0o711 });
        for (const [name, text] of Object.entries(files)) {
          await writeFile(join(dataDir, name), text, { mode: 0o600, flag: 'wx', flush: true });
          created.push(name);
        }
      }),
    async clear() {
      const now = database.kind === 'embedded' ? ((await listNames(dataDir)) ?? []) : created;
      const added = now.filter((name) => !(before ?? []).includes(name));
      for (const name of added) await rm(join(dataDir, name), { recursive: true, force: true });
      if (before === null && database.kind === 'embedded') {
        await rm(dataDir, { recursive: true, force: true });
      }
    },
  };
}

async function describeOccupied(dataDir: string, names: readonly string[]): Promise<string> {
  if (!names.includes('postgres')) {
    return `${dataDir} is not empty: it contains ${names[0]}. A backup is restored into an empty folder: name another one in DATA_DIR.`;
  }
  const running = await runningUrls(dataDir);
  const state =
    running === null ? 'contains a database' : 'contains the database of a running server';
  return `${dataDir} ${state}. A backup is restored into an empty folder: name another one in DATA_DIR, or stop what uses this one and move it away.`;
}

async function listNames(folder: string): Promise<readonly string[] | null> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
