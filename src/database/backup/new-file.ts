import type { WriteStream } from 'node:fs';
import { constants, link, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BackupError } from './format.ts';

/** What a file system says that has no hard links, such as that of a memory stick. */
const WITHOUT_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/**
 * Creates a file with what `write` writes and ends, for its owner only. It has its name only once it is whole and on the disk: until then
 * it is `<path>.partial`, which is removed if `write` fails. Replaces nothing. Throws BackupError if the file exists.
 */
export async function createNewFile(
  path: string,
  write: (file: WriteStream) => Promise<void>,
): Promise<void> {
  if (await exists(path)) throw alreadyExists(path);
  const partial = `${path}.partial`;
  const file = await open(partial, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
    throw new BackupError(
      `${partial} exists: another backup is being written there, or was interrupted. If none is, remove it.`,
    );
  });
  try {
    const stream = file.createWriteStream({ flush: true });
    try {
      await write(stream);
    } finally {
      stream.destroy();
      await file.close();
    }
    await giveName(partial, path);
  } finally {
    await rm(partial, { force: true });
  }
  await syncFolder(dirname(path));
}

/** Gives a file its name unless another file has it, which `rename` alone would replace. */
async function giveName(partial: string, path: string): Promise<void> {
  try {
    await link(partial, path);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw alreadyExists(path);
    if (!WITHOUT_LINKS.has(code)) throw error;
    if (await exists(path)) throw alreadyExists(path);
    await rename(partial, path);
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Makes the name of a file as lasting as its content. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function alreadyExists(path: string): BackupError {
  return new BackupError(`${path} exists, and a backup replaces no file. Name another one.`);
}
