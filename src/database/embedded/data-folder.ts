import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createFileOnce, readFileIfExists } from './create-file-once.ts';
import { EmbeddedServerError } from './embedded-server-error.ts';

const ELSEWHERE = 'or name another folder in DATA_DIR';

/** What the system's refusal of a file below DATA_DIR means, and what to do; the path is put before it. */
const MEANINGS: Readonly<Record<string, string>> = {
  EACCES: `belongs to another user, who does not let this one in: run Holdfast as that user, give the folder to this one, ${ELSEWHERE}.`,
  EPERM: `belongs to another user, who does not let this one in: run Holdfast as that user, give the folder to this one, ${ELSEWHERE}.`,
  EROFS: `lies on a file system that cannot be written to: make it writable, ${ELSEWHERE}.`,
  ENOSPC: `lies on a full disk: make room there, ${ELSEWHERE}.`,
  EDQUOT: `lies where this user has used up the quota: make room there, ${ELSEWHERE}.`,
  EEXIST: `is a file where a folder is needed: move it away, ${ELSEWHERE}.`,
  ENOTDIR: `leads through a file where a folder is needed: move it away, ${ELSEWHERE}.`,
  EISDIR: `is a folder where a file is needed: move it away, ${ELSEWHERE}.`,
  ENOENT: `cannot be made: look whether its file system can be written to, ${ELSEWHERE}.`,
  ENAMETOOLONG: 'is too long for the system: name a folder with a shorter path in DATA_DIR.',
  ELOOP: `is a link that leads in a circle: mend it, ${ELSEWHERE}.`,
};

/** Does work below DATA_DIR. What the system refuses there is thrown as an EmbeddedServerError. */
export async function withDataFolderErrors<T>(dataDir: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, syscall = '', path, message } = error as NodeJS.ErrnoException;
    const meaning = MEANINGS[code ?? ''];
    if (path === undefined || !path.startsWith(dataDir) || syscall.startsWith('spawn')) throw error;
    throw new EmbeddedServerError(
      meaning === undefined
        ? `The data folder ${dataDir} cannot be used: ${message}. Look at it, ${ELSEWHERE}.`
        : `${path}, in the data folder, ${meaning}`,
      { cause: error },
    );
  }
}

/** A secret of the data folder, made when there is none, for its owner only. */
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

/** False: there is none yet. Throws EmbeddedServerError when what is there is no cluster that can be read. */
export async function hasCluster(dataDir: string): Promise<boolean> {
  const dataDirectory = join(dataDir, 'postgres');
  const names = await listNames(dataDirectory);
  if (names.length === 0) return false;
  if (names.includes('PG_VERSION')) return true;
  throw new EmbeddedServerError(
    `The database in ${dataDirectory} is damaged: there are files, but PG_VERSION is not among them. Put the whole folder back from a backup; to begin anew, move it away.`,
  );
}

/** Throws EmbeddedServerError unless a server of this version can read the cluster. */
export async function requireReadable(dataDir: string, majorVersion: number): Promise<void> {
  const dataDirectory = join(dataDir, 'postgres');
  const version = ((await readFileIfExists(join(dataDirectory, 'PG_VERSION'))) ?? '').trim();
  if (!/^[1-9]\d*(\.\d+)?$/.test(version)) {
    throw new EmbeddedServerError(
      `The database in ${dataDirectory} is damaged: PG_VERSION does not say of which version it is. Put the whole folder back from a backup; to begin anew, move it away.`,
    );
  }
  if (Number(version) !== majorVersion) {
    const remedy =
      Number(version) > majorVersion
        ? 'start the newer Holdfast that made it'
        : `start the older Holdfast that made it, dump the database there (pg_dump) and restore it here into a new data folder`;
    throw new EmbeddedServerError(
      `The database in ${dataDirectory} is of PostgreSQL ${version}, but this Holdfast brings PostgreSQL ${majorVersion}: ${remedy}, or set DATABASE_URL to a PostgreSQL ${version} that serves it.`,
    );
  }
  const password = join(dataDir, 'postgres-password');
  if (((await readFileIfExists(password)) ?? '') === '') {
    throw new EmbeddedServerError(
      `${password}, in the data folder, is missing or empty, but its database is there: put the file back from a backup.`,
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
