import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { pause } from '../../src/shared/pause.ts';
import { TEST_ENCRYPTION_KEY } from './encryption-key.ts';
import { createOutputCheck } from './log-lines.ts';
import { ownPort } from './own-port.ts';
import { PATIENT_MS } from './patience.ts';
import { holdfastProgram } from './program.ts';
import { withoutRateLimits } from './without-rate-limits.ts';

const READY_TIMEOUT_MS = PATIENT_MS;
/** The end of the output of a process that has ended by itself, in characters. */
const OUTPUT_SHOWN = 4_000;

/** The product as an operator starts it, in a separate process. */
export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  /** Returns everything printed so far. */
  output(): string;
  /** Throws with the end of the output, which says why, if the process has ended without `end`. */
  requireRunning(): void;
  /** Sends a signal and waits for the process to end. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Sends SIGHUP, by which it reads its certificate again. */
  hangUp(): void;
}

export interface ServerProcessOptions {
  readonly environment: Readonly<Record<string, string>>;
  /** Default: a free one. */
  readonly port?: number;
  /** Called as soon as the process exists, long before it is ready. */
  readonly onSpawn?: ((pid: number) => void) | undefined;
}

/** Runs `holdfast serve` and resolves when it is ready. */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const port = options.port ?? (await ownPort());
  // By the name in the certificates of deploy/make-secrets.
  const isHttps = options.environment.TLS_CERTIFICATE_FILE !== undefined;
  const url = isHttps ? `https://localhost:${port}` : `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, [holdfastProgram, 'serve'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      // So that the project's .env is not read.
      HOLDFAST_HOME: tmpdir(),
      PORT: String(port),
      PUBLIC_URL: 'http://localhost',
      LOG_LEVEL: 'debug',
      // That of the servers in this process, beside which it may run.
      ENCRYPTION_KEY: TEST_ENCRYPTION_KEY,
      ...withoutRateLimits,
      ...options.environment,
    },
  });
  options.onSpawn?.(child.pid!);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    const check = createOutputCheck();
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      check(text);
    });
  }
  let isEnding = false;
  const server: ServerProcess = {
    url,
    pid: child.pid!,
    output: () => output,
    requireRunning() {
      if (isEnding || !hasEnded(child)) return;
      throw new Error(`a server has ended by itself:\n${output.slice(-OUTPUT_SHOWN)}`);
    },
    end(signal) {
      isEnding = true;
      return end(child, signal);
    },
    hangUp: () => void child.kill('SIGHUP'),
  };
  try {
    await untilReady(server, child);
    return server;
  } catch (error) {
    await end(child, 'SIGKILL');
    throw error;
  }
}

async function untilReady({ url, output }: ServerProcess, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null)
      throw new Error(`the server ended before it was ready:\n${output()}`);
    const reply = await fetch(`${url}/health/ready`).catch(() => null);
    if (reply?.ok) return;
    await pause(50);
  }
  throw new Error(`the server did not become ready:\n${output()}`);
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(child)) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await ended;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
