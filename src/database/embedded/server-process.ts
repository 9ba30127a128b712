import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Binaries } from './binaries.ts';
import { serverEnvironment } from './initialise.ts';
import type { Launcher } from './launcher.ts';
import { formatParameters, type ServerSettings } from './settings.ts';

export interface Cluster {
  /** DATA_DIR, which also contains the cluster's passwords, its port and its output at the start. */
  readonly folder: string;
  readonly dataDirectory: string;
  /** Of the owner. */
  readonly password: string;
  /** Of the role that the product runs as. */
  readonly runtimePassword: string;
  readonly binaries: Binaries;
  readonly launcher: Launcher;
  readonly settings: ServerSettings;
}

/** The process of a server that we started. */
export interface ServerProcess {
  readonly child: ChildProcess;
  running(): boolean;
  /** Returns the output before the log files were opened, which contains the reason of a failed start. */
  output(): Promise<string>;
}

/**
 * Starts the server in a separate session, so that Ctrl-C in the terminal reaches only Holdfast, which then shuts it
 * down cleanly. The server keeps running if Holdfast is killed.
 */
export function spawnServer(cluster: Cluster, port: number): ServerProcess {
  const outputFile = join(cluster.folder, 'postgres-start.log');
  const output = openSync(outputFile, 'w', 0o600);
  let failure: Error | null = null;
  try {
    const child = cluster.launcher.spawn(
      cluster.binaries.postgres,
      [
        '-D',
        cluster.dataDirectory,
        ...formatParameters({ ...cluster.settings, port: String(port) }),
      ],
      { cwd: '/', detached: true, env: serverEnvironment(), stdio: ['ignore', output, output] },
    );
    child.once('error', (error) => {
      failure = error;
    });
    child.unref();
    return {
      child,
      running: () => failure === null && child.exitCode === null && child.signalCode === null,
      output: async () => failure?.message ?? (await readFile(outputFile, 'utf8')).trim(),
    };
  } finally {
    closeSync(output);
  }
}
