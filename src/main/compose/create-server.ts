import type { AddressInfo } from 'node:net';
import { type AccessTable, type App, shellAccess } from '../../http/index.ts';
import { createHttpServer } from '../../http/server.ts';
import type { Accounts } from '../../modules/accounts/index.ts';
import type { Operations } from '../../modules/operations/index.ts';
import { unavailable } from '../../shared/common-errors.ts';
import type { Config } from '../config/config.ts';
import type { Infrastructure, Runtime } from '../infrastructure/create-infrastructure.ts';
import type { BuiltModule } from '../modules/module-list.ts';
import { version } from '../program.ts';
import { tags } from '../tables/api-tags.ts';
import { errorCatalogue } from '../tables/error-catalogue.ts';
import { createLimits } from './limits.ts';

export interface ServerParts {
  readonly infrastructure: Infrastructure;
  readonly modules: readonly BuiltModule[];
  readonly apis: { readonly accounts: Accounts; readonly operations: Operations };
  readonly built: AsyncDisposableStack;
}

/** Builds the HTTP server with the routes of the modules that this process serves. */
export async function createServer(
  config: Config,
  runtime: Runtime,
  { infrastructure, modules, apis, built }: ServerParts,
): Promise<App> {
  const { metrics, tracing, duties, log, securityLog, listening, limiters, guessLimits } =
    infrastructure;
  const { certificate } = infrastructure;
  const app = built.adopt(
    await createHttpServer({
      tls: certificate,
      accessTable: servedAccess(modules, duties.serves),
      admitsStrangers: config.guests.mayOrder,
      authenticator: apis.accounts.authenticator,
      publicUrl: config.publicUrl,
      consoleUrl: config.consoleUrl,
      corsOrigins: config.corsOrigins,
      trustedProxies: config.trustedProxies,
      logger: log,
      accessLog: config.accessLog,
      securityLog,
      errorCatalogue,
      cookieSecure: config.secureCookies,
      version,
      tags,
      findLimits: createLimits(config, limiters, guessLimits),
      onResponse(observation) {
        metrics.observeHttp(observation);
        apis.operations.sampler.observe(observation.durationSeconds);
      },
      tracing,
      ...(config.metricsToken === null ? {} : { metricsToken: config.metricsToken }),
    }),
    (it) => it.close(),
  );
  app.addHook('onListen', async () => {
    listening.publish(ownAddress(app, config));
    certificate?.start();
  });
  refuseUntilReady(app, runtime.isPrepared);
  for (const { module } of modules) module.probes?.(app);
  if (duties.serves) for (const { module } of modules) await module.routes?.(app);
  return app;
}

/** Returns the access rules of the registered routes: a rule without a route stops the start. */
function servedAccess(modules: readonly BuiltModule[], serves: boolean): AccessTable {
  const tables = modules.flatMap(({ declaration, module }) => [
    module.probes === undefined ? {} : declaration.probeAccess,
    module.routes === undefined || !serves ? {} : declaration.access,
  ]);
  return Object.assign({ ...shellAccess }, ...tables);
}

/** Returns the URL at which this server can call itself. */
function ownAddress(app: App, config: Config): string {
  return listeningUrl(app, config, { '0.0.0.0': '127.0.0.1', '::': '::1' });
}

/** Returns the URL at which the server listens, with other addresses in place of some. */
export function listeningUrl(
  app: App,
  { tls }: Pick<Config, 'tls'>,
  replaced: Readonly<Record<string, string>> = {},
): string {
  const { address, port, family } = app.server.address() as AddressInfo;
  const host = replaced[address] ?? address;
  const scheme = tls === null ? 'http' : 'https';
  return `${scheme}://${family === 'IPv6' ? `[${host}]` : host}:${port}`;
}

function refuseUntilReady(app: App, isPrepared: () => boolean): void {
  app.addHook('onRequest', (request, _reply, done) => {
    if (isPrepared() || !/^\/(api|sandbox)\//.test(request.url)) done();
    else done(unavailable(new Error('the database has not been prepared yet')));
  });
}
