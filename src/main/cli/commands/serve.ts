import type { Logger } from 'pino';
import type { Application } from '../../compose/compose.ts';
import type { Config } from '../../config/config.ts';
import { loadConfig } from '../../config/read-config.ts';
import { renderBanner } from '../../start/banner.ts';
import { createLogger } from '../../start/logger.ts';
import { type RunningServer, startServer } from '../../start/serve.ts';
import { print, printError } from '../../terminal.ts';
import { serviceFindings } from '../doctor/services.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';

/** Longer than draining the HTTP server and a fast stop of PostgreSQL normally take. */
const STOP_MAX_MS = 40_000;
/** A terminal signals the whole group, and npm also passes the signal on: one keystroke arrives twice. */
const SAME_KEYSTROKE_MS = 1_000;

const PARENT_POLL_MS = 250;

export interface ServeOptions {
  /** Stop when the parent process has gone. */
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
  let application: Application | null = null;
  // Without such files the signal ends the process, as it does by default when a terminal is closed. A server that is about to start
  // will read them anyway.
  if (config.tls?.files) process.on('SIGHUP', () => application?.renewCertificate());
  const server = await startServer(config, logger);
  application = server.application;
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

/** Warns of unavailable services. Orders can be placed without them, so the server starts anyway. */
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
    if (performance.now() - firstAtMs > SAME_KEYSTROKE_MS) process.exit(exitCodes.failed);
    resolve(signal);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return promise;
}

/**
 * Waits until this process has another parent. npm passes SIGTERM to the shell that runs a script, and the shell dies
 * without passing it on, so this is the only sign.
 */
function waitForParentExit(): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const parent = process.ppid;
  const poll = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(poll);
    resolve('the end of the parent process');
  }, PARENT_POLL_MS);
  poll.unref();
  return promise;
}

/** Stops the server within a time limit, so that a supervisor need not wait. The next start takes over the rest. */
async function stopInTime(server: RunningServer): Promise<void> {
  const timer = setTimeout(() => {
    printError(`Stopping took longer than ${STOP_MAX_MS / 1000} seconds; exiting now.`);
    process.exit(exitCodes.failed);
  }, STOP_MAX_MS);
  timer.unref();
  await server.stop();
  clearTimeout(timer);
}
