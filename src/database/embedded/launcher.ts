import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { chownSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { EmbeddedServerError } from './embedded-server-error.ts';

/** Starts programs as an account that PostgreSQL accepts. */
export interface Launcher {
  spawn(command: string, parameters: readonly string[], options: SpawnOptions): ChildProcess;
  /** Makes that account the owner of a file or folder of ours. */
  give(path: string): void;
}

interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** A change to a command line that gives the program access to its files. */
type AccessPath = (command: string, parameters: readonly string[]) => [string, readonly string[]];

/**
 * Creates a launcher. An ordinary user's programs run as that user. PostgreSQL refuses to run as root, so under root
 * they run as `postgres` or `nobody`. If that account cannot access the program or the data, because they are below a
 * folder that only root may enter, it gets the one capability to pass through, so no other folder has to be opened.
 *
 * Throws EmbeddedServerError if `program` and `dataDir` are inaccessible even so.
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
    `PostgreSQL refuses to run as root, and the account "${account.name}" cannot access ${program} or ${dataDir}, which are below a folder that only root may enter. Run Holdfast as an ordinary user, move the program and DATA_DIR to where "${account.name}" can read them, or set DATABASE_URL to another PostgreSQL.`,
  );
}

/** Runs the program and enters the folders, because access(2) and file modes ignore capabilities and access lists. */
const ACCESS_PROBE = '"$1" --version && cd "$2" && cd "$3"';

const unchanged: AccessPath = (command, parameters) => [command, parameters];

/**
 * Adds an ambient capability, which survives the start of the program. The secure bit makes access(2) honour it, which
 * PostgreSQL uses to find its own files. dac_override is for containers, whose root usually lacks dac_read_search.
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
    'PostgreSQL refuses to run as root, and there is no account "postgres" or "nobody". Run Holdfast as an ordinary user, or set DATABASE_URL.',
  );
}
