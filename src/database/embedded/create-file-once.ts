import { randomBytes } from 'node:crypto';
import { link, readFile, unlink, writeFile } from 'node:fs/promises';
import { EmbeddedServerError } from './embedded-server-error.ts';

/**
 * The content of `path`, made by `make` when there is none. Of several processes that do this at once one wins and all
 * read the same, whole content: a link appears at once or not at all. Readable by its owner only.
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

/** Left so by a disk that was full, or by hand. What is secret there would be known to everybody. */
function requireNotEmpty(path: string, content: string): string {
  if (content.trim() !== '') return content;
  throw new EmbeddedServerError(
    `${path}, in the data folder, is empty: put it back from a backup, or remove it, and the next start makes a new one.`,
  );
}

export async function readFileIfExists(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const fault = error as NodeJS.ErrnoException;
    if (fault.code === 'ENOENT') return null;
    // The system does not say which file it could open, but not read.
    fault.path ??= path;
    throw fault;
  }
}
