import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { chownSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { EmbeddedServerError } from './embedded-server-error.ts';

/** Starts programs as an account that PostgreSQL accepts. */
export interface Launcher {
  spawn(command: string, parameters: readonly string[], options: SpawnOptions): ChildProcess;
  /** Gives a file or folder of ours to that account. */
  give(path: string): void;
}

interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** How a command line is changed so that it runs as the account. */
type AccessPath = (command: string, parameters: readonly string[]) => [string, readonly string[]];

/**
 * An ordinary user's programs run as they are. PostgreSQL refuses to run as root, so root's run as `postgres` or
 * `nobody`. When that account cannot reach the program or the data, since they lie below a folder that only root may
 * enter, it is lent the one capability to pass through it, so that no folder that is not ours has to be opened.
 *
 * Throws with a sentence when none of the ways reaches `program` and `dataDir`.
 */
export function createLauncher(program: string, dataDir: string): Launcher {
  if (process.getuid?.() !== 0) {
    return {
      spawn: (command, parameters, options) => spawn(command, parameters, options),
      give() {},
    };
  }
  const account = findUnprivilegedAccount();
  const { uid, gid } = account;
  const wrappers = [
    unchanged,
    withCapability(account, 'dac_read_search'),
    withCapability(account, 'dac_override'),
  ];
  for (const wrap of wrappers) {
    // setpriv changes the account itself, and needs to be root for that.
    const ids = wrap === unchanged ? { uid, gid } : {};
    const launcher: Launcher = {
      spawn(command, parameters, options) {
        const [file, rest] = wrap(command, parameters);
        return spawn(file, rest, { ...options, ...ids });
      },
      give: (path) => chownSync(path, uid, gid),
    };
    const [file, rest] = wrap('/bin/sh', [
      '-c',
      ACCESS_PROBE,
      'sh',
      program,
      dirname(program),
      dataDir,
    ]);
    if (spawnSync(file, rest, { ...ids, cwd: '/', stdio: 'ignore' }).status === 0) return launcher;
  }
  throw new EmbeddedServerError(
    `PostgreSQL does not run as root, and the account "${account.name}" cannot reach ${program} or ${dataDir}, which lie below a folder that only root may enter. Run Holdfast as an ordinary user, put the program and DATA_DIR where "${account.name}" can read them, or set DATABASE_URL to a PostgreSQL of your own.`,
  );
}

/** Really runs and enters, because access(2) and file modes do not tell of capabilities and access lists. */
const ACCESS_PROBE = '"$1" --version && cd "$2" && cd "$3"';

const unchanged: AccessPath = (command, parameters) => [command, parameters];

/**
 * An ambient capability survives the start of the program. The secure bit makes access(2) honour it, by which
 * PostgreSQL looks for its own files. dac_override is for containers, whose root usually lacks dac_read_search.
 * Source: capabilities(7), access(2).
 */
function withCapability(account: Account, capability: string): AccessPath {
  return (command, parameters) => [
    'setpriv',
    [
      `--reuid=${account.uid}`,
      `--regid=${account.gid}`,
      '--clear-groups',
      '--securebits=+no_setuid_fixup',
      `--inh-caps=+${capability}`,
      `--ambient-caps=+${capability}`,
      '--',
      command,
      ...parameters,
    ],
  ];
}

function findUnprivilegedAccount(): Account {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = lines.find((line) => line.startsWith(`${name}:`))?.split(':') ?? [];
    if (Number(uid) > 0) return { name, uid: Number(uid), gid: Number(gid) };
  }
  throw new EmbeddedServerError(
    'PostgreSQL does not run as root, and there is neither an account "postgres" nor "nobody". Run Holdfast as an ordinary user, or set DATABASE_URL.',
  );
}
