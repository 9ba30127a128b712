import type { Database } from '../../database/database.ts';
import type { App } from '../../http/index.ts';
import { noRequest } from '../../shared/security-events.ts';
import type { Tally } from '../../shared/tally.ts';
import type { Config } from '../config/config.ts';
import { weakSettings } from '../config/weak-settings.ts';
import { createInfrastructure, type Runtime } from '../infrastructure/create-infrastructure.ts';
import { modules as moduleList } from '../modules/modules.ts';
import { constraintErrors } from '../tables/constraint-errors.ts';
import { createBackground } from './create-background.ts';
import { createServer } from './create-server.ts';

/** The application, built and not yet listening. */
export interface Application {
  readonly app: App;
  readonly database: Database;
  /** The use cases of each module, by its name. */
  readonly modules: ReturnType<typeof moduleList.build>['apis'];
  /** The metrics of the modules, the security log, sealing and the purges. */
  readonly tallies: readonly Tally[];
  /** Reads the files of the certificate again, at once. Does nothing without any. */
  renewCertificate(): void;
  /** Starts the background work of this process's role. */
  start(): void;
  /** Stops everything, last in first out: the server drains before its dependencies stop. */
  stop(): Promise<void>;
}

/** Builds the infrastructure, the modules in the order of rank, then the server and the background work. */
export async function compose(config: Config, runtime: Runtime): Promise<Application> {
  await using built = new AsyncDisposableStack();
  const stopping = new AbortController();
  const infrastructure = await createInfrastructure(config, runtime, {
    constraints: constraintErrors,
    stopping: stopping.signal,
    built,
  });
  const {
    database,
    keyFollowing,
    metrics,
    securityLog,
    sealing,
    jobs,
    duties,
    certificate,
    tlsTally,
  } = infrastructure;
  const { modules: builtModules, apis } = moduleList.build(infrastructure, built);
  const modules = builtModules.map(({ module }) => module);
  const background = createBackground(infrastructure, modules, built);
  const tallies = [
    securityLog.tally,
    tlsTally,
    sealing.tally,
    background.tally,
    ...modules.flatMap((module) => module.metrics ?? []),
  ];
  for (const tally of tallies) metrics.watchTally(tally);
  const app = await createServer(config, runtime, {
    infrastructure,
    modules: builtModules,
    apis,
    built,
  });

  const everything = built.move();
  return {
    app,
    database,
    modules: apis,
    tallies,
    renewCertificate: () => certificate?.nudge(),
    start() {
      for (const setting of weakSettings(config)) {
        securityLog.record('settings.weak', noRequest, { setting });
      }
      keyFollowing.start();
      for (const module of modules) module.start?.(duties);
      jobs.start();
      if (duties.works) background.start();
    },
    stop() {
      stopping.abort();
      return everything.disposeAsync();
    },
  };
}
