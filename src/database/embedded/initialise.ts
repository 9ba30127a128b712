import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Binaries } from './binaries.ts';
import { EmbeddedServerError } from './embedded-server-error.ts';
import { describeFailedStart } from './failed-start.ts';
import type { Launcher } from './launcher.ts';

/** No start takes this long: an older draft was left by a start that was killed. */
const DRAFT_AGE_MAX_MS = 3_600_000;

/** The role that owns the embedded server and the tables. */
export const OWNER_ROLE = 'holdfast';

const DRAFT_MARK = '.new-';

/**
 * Creates a cluster at `dataDirectory` unless there is one. It is created next to it and renamed when complete, so that
 * a crash in between leaves nothing that looks like a database. Of two processes that do this at once, one wins.
 */
export async function initialiseCluster(
  dataDirectory: string,
  password: string,
  binaries: Binaries,
  launcher: Launcher,
): Promise<void> {
  if (existsSync(join(dataDirectory, 'PG_VERSION'))) return;
  await removeStaleDrafts(dataDirectory);
  const draft = await mkdtemp(`${dataDirectory}${DRAFT_MARK}`);
  try {
    const cluster = join(draft, 'cluster');
    const passwordFile = join(draft, 'password');
    await mkdir(cluster, { mode: 0o700 });
    await writeFile(passwordFile, password, { mode: 0o600 });
    for (const path of [draft, cluster, passwordFile]) launcher.give(path);
    await runInitdb(cluster, passwordFile, binaries, launcher);
    await rename(cluster, dataDirectory);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const another = code === 'ENOTEMPTY' || code === 'EEXIST';
    if (!another || !existsSync(join(dataDirectory, 'PG_VERSION'))) throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function removeStaleDrafts(dataDirectory: string): Promise<void> {
  const folder = dirname(dataDirectory);
  for (const name of await readdir(folder)) {
    if (!name.startsWith(basename(dataDirectory) + DRAFT_MARK)) continue;
    const draft = join(folder, name);
    const { mtimeMs } = await stat(draft);
    if (Date.now() - mtimeMs > DRAFT_AGE_MAX_MS) await rm(draft, { recursive: true, force: true });
  }
}

async function runInitdb(
  cluster: string,
  passwordFile: string,
  binaries: Binaries,
  launcher: Launcher,
): Promise<void> {
  const child = launcher.spawn(
    binaries.initdb,
    [
      `--pgdata=${cluster}`,
      `--username=${OWNER_ROLE}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      ...localeParameters(binaries.majorVersion),
      '--no-instructions',
    ],
    { cwd: '/', env: serverEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const closed = once(child, 'close').catch((cause: Error) => {
    throw new EmbeddedServerError(
      `The program initdb cannot be run (${cause.message}). Run "npm ci" again, or set DATABASE_URL to another PostgreSQL.`,
      { cause },
    );
  });
  const output = Promise.all(
    [child.stdout, child.stderr].map((stream) => (stream ? text(stream) : '')),
  );
  const [code] = await closed;
  if (code !== 0)
    throw await describeFailedStart('initdb', dirname(dirname(cluster)), (await output).join('\n'));
}

/** The built-in provider sorts by code point and supports letters of all scripts, without any locale of the system. */
function localeParameters(majorVersion: number): string[] {
  return majorVersion >= 17
    ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
    : ['--locale=C.UTF-8'];
}

/** Returns a clean environment: variables of ours such as PGDATA, PGTZ or LC_ALL would change what the server does. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LC_ALL: 'C',
    TZ: 'UTC',
  };
}
