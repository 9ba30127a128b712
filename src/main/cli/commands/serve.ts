import type { Logger } from 'pino';
import type { Config } from '../../config/config.ts';
import { loadConfig } from '../../config/read-config.ts';
import { renderBanner } from '../../start/banner.ts';
import { createLogger } from '../../start/logger.ts';
import { type RunningServer, startServer } from '../../start/serve.ts';
import { print, printError } from '../../terminal.ts';
import { serviceFindings } from '../doctor/services.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';

/** Longer than the drain of the HTTP server and the fast stop of PostgreSQL take in health. */
const STOP_MAX_MS = 40_000;
/** A terminal signals the whole group, and npm passes the signal on as well: one key stroke arrives twice. */
const SAME_STROKE_MS = 1_000;

const PARENT_POLL_MS = 250;

export interface ServeOptions {
  /** Stop when the process that started this one is gone. */
  readonly withParent?: boolean;
}

/** Serves until SIGTERM or SIGINT. A second signal ends the process at once. */
export async function serve({ withParent = false }: ServeOptions): Promise<ExitCode> {
  const config = loadConfig();
  const logger = createLogger(config.logLevel);
  const signalled = Promise.race([
    waitForFirstSignal(),
    ...(withParent ? [waitForParentExit()] : []),
  ]);
  const server = await startServer(config, logger);
  try {
    const outcome = await Promise.race([server.prepared, signalled]);
    if (typeof outcome !== 'string') {
      const { address, databaseUrl } = server;
      const { demoAccounts } = outcome;
      if (config.production) logger.info({ address, role: config.role }, 'serving');
      else print(renderBanner({ config, address, databaseUrl, demoAccounts }));
      void warnOfServices(config, logger);
      const signal = await signalled;
      logger.info(`stopping on ${signal}`);
    }
  } finally {
    await stopInTime(server);
  }
  return exitCodes.ok;
}

/** Orders are taken without them, so that the server starts all the same. */
async function warnOfServices(config: Config, logger: Logger): Promise<void> {
  for (const { what, state, say: sentence } of await serviceFindings(config)) {
    if (state === 'wrong') logger.warn(`${what}: ${sentence}.`);
  }
}

function waitForFirstSignal(): Promise<NodeJS.Signals> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
  let firstAtMs: number | null = null;
  const onSignal = (signal: NodeJS.Signals): void => {
    firstAtMs ??= performance.now();
    if (performance.now() - firstAtMs > SAME_STROKE_MS) process.exit(exitCodes.failed);
    resolve(signal);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return promise;
}

/**
 * npm passes SIGTERM on to the shell that it runs a script in, and the shell dies without passing it on. To be an orphan
 * is then the only sign.
 */
function waitForParentExit(): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const parent = process.ppid;
  const poll = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(poll);
    resolve('the end of the process that started this one');
  }, PARENT_POLL_MS);
  poll.unref();
  return promise;
}

/** What hangs at the end must not keep a supervisor waiting: the next start takes over what is left. */
async function stopInTime(server: RunningServer): Promise<void> {
  const timer = setTimeout(() => {
    printError(`The stop took longer than ${STOP_MAX_MS / 1000} seconds; ending at once.`);
    process.exit(exitCodes.failed);
  }, STOP_MAX_MS);
  timer.unref();
  await server.stop();
  clearTimeout(timer);
}
