import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createFileOnce, readFileIfExists } from './create-file-once.ts';
import { EmbeddedServerError } from './embedded-server-error.ts';

const ELSEWHERE = 'or name another folder in DATA_DIR';

/** What an error of the file system below DATA_DIR means, and what to do. The path precedes it. */
const MEANINGS: Readonly<Record<string, string>> = {
  EACCES: `belongs to another user, and this one may not access it: run Holdfast as that user, change the owner of the folder, ${ELSEWHERE}.`,
  EPERM: `belongs to another user, and this one may not access it: run Holdfast as that user, change the owner of the folder, ${ELSEWHERE}.`,
  EROFS: `is on a read-only file system: make it writable, ${ELSEWHERE}.`,
  ENOSPC: `is on a full disk: free some space, ${ELSEWHERE}.`,
  EDQUOT: `is on a disk where this user has used up the quota: free some space, ${ELSEWHERE}.`,
  EEXIST: `is a file where a folder is needed: move it elsewhere, ${ELSEWHERE}.`,
  ENOTDIR: `passes through a file where a folder is needed: move it elsewhere, ${ELSEWHERE}.`,
  EISDIR: `is a folder where a file is needed: move it elsewhere, ${ELSEWHERE}.`,
  ENOENT: `cannot be created: check whether its file system is writable, ${ELSEWHERE}.`,
  ENAMETOOLONG: 'is too long for the system: name a folder with a shorter path in DATA_DIR.',
  ELOOP: `is a symbolic link that points back to itself: fix it, ${ELSEWHERE}.`,
};

/** Does work below DATA_DIR. Errors of the file system there are thrown as an EmbeddedServerError. */
export async function withDataFolderErrors<T>(dataDir: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, syscall = '', path, message } = error as NodeJS.ErrnoException;
    const meaning = MEANINGS[code ?? ''];
    if (path === undefined || !path.startsWith(dataDir) || syscall.startsWith('spawn')) throw error;
    throw new EmbeddedServerError(
      meaning === undefined
        ? `The data folder ${dataDir} cannot be used: ${message}. Check it, ${ELSEWHERE}.`
        : `${path}, in the data folder, ${meaning}`,
      { cause: error },
    );
  }
}

/** Returns a secret of the data folder, created if missing, and readable only by its owner. */
export function loadOrCreateSecret(
  dataDir: string,
  name: string,
  make: () => string,
): Promise<string> {
  return withDataFolderErrors(dataDir, async () => {
    await mkdir(dataDir, { recursive: true, mode: 0o711 });
    return createFileOnce(join(dataDir, name), make);
  });
}

/** Returns a secret of the data folder; null if it has not been created yet. */
export function findSecret(dataDir: string, name: string): Promise<string | null> {
  return withDataFolderErrors(dataDir, () => readFileIfExists(join(dataDir, name)));
}

/** Returns whether the data folder has a cluster. Throws EmbeddedServerError if its files are not a readable cluster. */
export async function hasCluster(dataDir: string): Promise<boolean> {
  const dataDirectory = join(dataDir, 'postgres');
  const names = await listNames(dataDirectory);
  if (names.length === 0) return false;
  if (names.includes('PG_VERSION')) return true;
  throw new EmbeddedServerError(
    `The database in ${dataDirectory} is damaged: there are files, but PG_VERSION is not among them. Restore the whole folder from a backup, or move it elsewhere to start with an empty database.`,
  );
}

/** Throws EmbeddedServerError unless a server of this version can read the cluster. */
export async function requireReadable(dataDir: string, majorVersion: number): Promise<void> {
  const dataDirectory = join(dataDir, 'postgres');
  const version = ((await readFileIfExists(join(dataDirectory, 'PG_VERSION'))) ?? '').trim();
  if (!/^[1-9]\d*(\.\d+)?$/.test(version)) {
    throw new EmbeddedServerError(
      `The database in ${dataDirectory} is damaged: PG_VERSION does not contain its version. Restore the whole folder from a backup, or move it elsewhere to start with an empty database.`,
    );
  }
  if (Number(version) !== majorVersion) {
    const remedy =
      Number(version) > majorVersion
        ? 'start the newer Holdfast that created it'
        : `start the older Holdfast that created it, dump the database there (pg_dump) and restore it here into a new data folder`;
    throw new EmbeddedServerError(
      `The database in ${dataDirectory} is of PostgreSQL ${version}, but this Holdfast includes PostgreSQL ${majorVersion}: ${remedy}, or set DATABASE_URL to a PostgreSQL ${version} that runs on it.`,
    );
  }
  const password = join(dataDir, 'postgres-password');
  if (((await readFileIfExists(password)) ?? '') === '') {
    throw new EmbeddedServerError(
      `${password}, in the data folder, is missing or empty, but its database exists: restore the file from a backup.`,
    );
  }
}

async function listNames(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
