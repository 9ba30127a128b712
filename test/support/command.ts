import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../bin/holdfast.js', import.meta.url));

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  /** Variables of the configuration; nothing of ours comes through from outside. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Where a `.env` file would be looked for. */
  readonly cwd?: string;
}

/** Starts `holdfast` as an operator would. */
export function spawnCommand(args: readonly string[], options: CommandOptions = {}) {
  const { PATH, TMPDIR } = process.env;
  return spawn(process.execPath, [program, ...args], {
    cwd: options.cwd ?? TMPDIR ?? '/tmp',
    env: { ...(PATH === undefined ? {} : { PATH }), ...options.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
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
  // A command that does not read its input may have ended before it is written.
  child.stdin.on('error', () => {});
  child.stdin.end(options.stdin ?? '');
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject);
  child.once('close', resolve);
  return { code: await promise, stdout, stderr };
}
