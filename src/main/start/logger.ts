import { type Logger, type LoggerOptions, pino } from 'pino';
import pretty from 'pino-pretty';
import { maskSecrets } from './mask-secrets.ts';

/**
 * Paths that are redacted even if an object is logged as a whole: credentials, and the parts of errors in which
 * libraries store what they sent (Redis its arguments, HTTP clients the request with its headers) and PostgreSQL the
 * row that violates a constraint.
 */
const secretPaths = ['', '*.', '*.*.'].flatMap((at) =>
  [
    'authorization',
    'cookie',
    'password',
    'newPassword',
    'currentPassword',
    'secret',
    'token',
    'accessToken',
    'refreshToken',
  ].map((name) => `${at}${name}`),
);
const sentPaths = ['command.args', 'config', 'detail', 'request', 'response', '$response'].map(
  (name) => `err.${name}`,
);

export function loggerOptions(level: string): LoggerOptions {
  return {
    level,
    base: null,
    redact: { paths: [...secretPaths, ...sentPaths] },
    hooks: { streamWrite: maskSecrets },
  };
}

/** Creates a logger of JSON lines on standard output; on a terminal, of readable lines. */
export function createLogger(level: string): Logger {
  const options = loggerOptions(level);
  if (!process.stdout.isTTY) return pino(options);
  return pino(
    options,
    pretty({ translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname', sync: true }),
  );
}

/** Creates a logger for commands: warnings only, on standard error. */
export function createCommandLogger(): Logger {
  return pino(loggerOptions('warn'), pretty({ destination: 2, sync: true, ignore: 'time' }));
}
