import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { createOutputCheck } from './log-lines.ts';
import { holdfastProgram } from './program.ts';

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** Configuration variables; none are inherited from outside. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** The working directory. Default: one outside the project. */
  readonly cwd?: string;
  /** The folder with `.env` and `.holdfast`; null to leave HOLDFAST_HOME unset. */
  readonly home?: string | null;
  /** Default: that of the project or of its build. */
  readonly program?: string;
  /** The user id to run as if the test runs as root. Default: the same user. */
  readonly asUser?: number;
}

/** Starts `holdfast` as an operator would. */
export function spawnCommand(args: readonly string[], options: CommandOptions = {}) {
  const { PATH } = process.env;
  const { home = tmpdir() } = options;
  const child = spawn(process.execPath, [options.program ?? holdfastProgram, ...args], {
    cwd: options.cwd ?? tmpdir(),
    env: {
      ...(PATH === undefined ? {} : { PATH }),
      ...(home === null ? {} : { HOLDFAST_HOME: home }),
      ...options.environment,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.asUser === undefined ? {} : { uid: options.asUser, gid: options.asUser }),
  });
  const check = createOutputCheck();
  child.stdout.on('data', (part: Buffer | string) => check(String(part)));
  return child;
}

/** Runs `holdfast` to its end. */
export async function runCommand(
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const child = spawnCommand(args, options);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    stdout += part;
  });
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    stderr += part;
  });
  // A command that does not read its input may end before the input is written.
  child.stdin.on('error', () => {});
  child.stdin.end(options.stdin ?? '');
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject);
  child.once('close', resolve);
  return { code: await promise, stdout, stderr };
}
