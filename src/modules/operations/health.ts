import type { Queryable } from '../../database/statement.ts';
import { hasStandby, presentHosts, type ReadHosts } from './database-hosts.ts';
import { ping } from './queries.ts';
import type { HealthView } from './schemas.ts';
import { withDeadline } from './with-deadline.ts';

/** The maximum duration of a health check, whatever hangs behind it. */
const PROBE_TIMEOUT_MS = 2_000;
/** The health endpoint is public and may be called at any rate, so the services behind it are not checked each time. */
const OTHERS_EVERY_MS = 5_000;

export interface Health {
  /**
   * Reports that the process responds. Checks nothing behind it, so that an unavailable database does not cause
   * restarts.
   */
  liveness(): HealthView;
  /** Reports whether requests should be sent here. `showsNames`: also the names of the database's hosts. */
  readiness(showsNames?: boolean): Promise<HealthView>;
}

/** Rejects on any failure; the reason is not reported. */
export type Probe = () => Promise<void>;

export interface HealthDependencies {
  readonly database: Queryable;
  /** False while the database is unavailable at the start or being migrated, and while the server stops. */
  readonly isPrepared: () => boolean;
  /** Checks of services that orders do not need, by name. A failure degrades the service but keeps its traffic. */
  readonly others?: Readonly<Record<string, Probe>>;
  /** Default: the database has one host. */
  readonly readHosts?: ReadHosts;
  readonly probeTimeoutMs?: number;
}

type Status = 'ok' | 'degraded' | 'unavailable';

export function createHealth(deps: HealthDependencies): Health {
  const readHosts = deps.readHosts ?? (() => null);
  const timeoutMs = deps.probeTimeoutMs ?? PROBE_TIMEOUT_MS;
  const isDatabaseAvailable = shareRecent(() => ping(deps.database), 0);
  const others = Object.entries(deps.others ?? {}).map(
    ([name, probe]) => [name, shareRecent(probe, OTHERS_EVERY_MS)] as const,
  );

  async function checkStatus(
    isAvailable: () => Promise<boolean>,
    otherwise: Status,
  ): Promise<Status> {
    return (await withDeadline(timeoutMs, isAvailable(), false)) ? 'ok' : otherwise;
  }

  return {
    liveness: () => ({ status: 'ok', checks: {} }),
    async readiness(showsNames = false) {
      const statuses = await Promise.all([
        checkStatus(isDatabaseAvailable, 'unavailable'),
        ...others.map(([, isAvailable]) => checkStatus(isAvailable, 'degraded')),
      ]);
      const start = deps.isPrepared() ? 'ok' : 'unavailable';
      const names = ['database', ...others.map(([name]) => name)];
      const checks = names.map((name, index) => [name, { status: statuses[index]! }] as const);
      const hosts = readHosts();
      const standby = hosts === null || hasStandby(hosts) ? 'ok' : 'degraded';
      return {
        status: findWorst([...statuses, start, standby]),
        checks: {
          ...Object.fromEntries(checks),
          ...(hosts === null ? {} : { standby: { status: standby } }),
          start: { status: start },
        },
        ...(hosts === null ? {} : { database: presentHosts(hosts, showsNames) }),
      };
    },
  };
}

/**
 * Shares one check among concurrent callers: a database that hangs gets one query, not a queue of them. A result is
 * reused for `maxAgeMs`.
 */
function shareRecent(probe: () => Promise<unknown>, maxAgeMs: number): () => Promise<boolean> {
  let probing: Promise<boolean> | null = null;
  let endedAtMs: number | null = null;
  return () => {
    const isExpired = endedAtMs !== null && performance.now() - endedAtMs >= maxAgeMs;
    if (probing === null || isExpired) {
      endedAtMs = null;
      probing = probe()
        .then(() => true)
        .catch(() => false)
        .finally(() => {
          endedAtMs = performance.now();
        });
    }
    return probing;
  };
}

function findWorst(statuses: readonly Status[]): Status {
  if (statuses.includes('unavailable')) return 'unavailable';
  return statuses.includes('degraded') ? 'degraded' : 'ok';
}
