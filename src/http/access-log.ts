import type { Logger } from 'pino';
import type { App } from './app.ts';
import { getPath } from './paths.ts';
import { elapsedMs } from './reply-ready-hook.ts';

/**
 * Logs one line per reply at level `debug`. Not at `info`: the event log already records every change, and 15,000 lines
 * a second would cost more than they are worth. Queries are left out, because they can contain search terms.
 */
export function installAccessLog(app: App, logger: Logger | false): void {
  if (logger === false || !logger.isLevelEnabled('debug')) return;
  app.addHook('onResponse', (request, reply, done) => {
    request.log.debug(
      {
        method: request.method,
        path: getPath(request.url),
        status: reply.statusCode,
        durationMs: Math.round(elapsedMs(request) * 10) / 10,
        caller: request.caller?.id,
      },
      'answered',
    );
    done();
  });
}
