import { randomBytes } from 'node:crypto';
import { link, readFile, unlink, writeFile } from 'node:fs/promises';
import { EmbeddedServerError } from './embedded-server-error.ts';

/**
 * Returns the content of `path`, which is created with the result of `make` if missing. If several processes do this at
 * once, one wins and all read the same, complete content: a link is created atomically. Only the owner may read it.
 */
export async function createFileOnce(path: string, make: () => string): Promise<string> {
  const existing = await readFileIfExists(path);
  if (existing !== null) return requireNotEmpty(path, existing);
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, make(), { mode: 0o600, flag: 'wx', flush: true });
  try {
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(draft);
  }
  return readFile(path, 'utf8');
}

/** Throws if the file was left empty by a full disk, or by hand. An empty secret would be known to everyone. */
function requireNotEmpty(path: string, content: string): string {
  if (content.trim() !== '') return content;
  throw new EmbeddedServerError(
    `${path}, in the data folder, is empty: restore it from a backup, or remove it, and the next start creates a new one.`,
  );
}

export async function readFileIfExists(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const fault = error as NodeJS.ErrnoException;
    if (fault.code === 'ENOENT') return null;
    // The system does not name a file that it could open but not read.
    fault.path ??= path;
    throw fault;
  }
}
