import type { Queryable } from '../../database/statement.ts';
import { ping } from './queries.ts';
import type { HealthView } from './schemas.ts';
import { withDeadline } from './with-deadline.ts';

/** A health check never keeps its caller longer than this, whatever hangs behind it. */
const PROBE_TIMEOUT_MS = 2_000;
/** Anybody may ask for the health, as often as he likes: what stands behind us is not asked each time. */
const OTHERS_EVERY_MS = 5_000;

export interface Health {
  /** The process answers. Asks nothing behind it, so that a database that is away does not get servers restarted. */
  liveness(): HealthView;
  /** Whether requests should be sent here. */
  readiness(): Promise<HealthView>;
}

/** Rejects when something is wrong; what, is not told. */
export type Probe = () => Promise<void>;

export interface HealthDependencies {
  readonly database: Queryable;
  /** False while the database is away at the start or being migrated, and while the server stops. */
  readonly isPrepared: () => boolean;
  /** What orders are taken without, by name: a failure degrades the service, and no traffic is taken away. */
  readonly others?: Readonly<Record<string, Probe>>;
  readonly probeTimeoutMs?: number;
}

type Status = 'ok' | 'degraded' | 'unavailable';

export function createHealth(deps: HealthDependencies): Health {
  const timeoutMs = deps.probeTimeoutMs ?? PROBE_TIMEOUT_MS;
  const isDatabaseThere = shareForAMoment(() => ping(deps.database), 0);
  const others = Object.entries(deps.others ?? {}).map(
    ([name, probe]) => [name, shareForAMoment(probe, OTHERS_EVERY_MS)] as const,
  );

  async function checkStatus(isThere: () => Promise<boolean>, otherwise: Status): Promise<Status> {
    return (await withDeadline(timeoutMs, isThere(), false)) ? 'ok' : otherwise;
  }

  return {
    liveness: () => ({ status: 'ok', checks: {} }),
    async readiness() {
      const statuses = await Promise.all([
        checkStatus(isDatabaseThere, 'unavailable'),
        ...others.map(([, isThere]) => checkStatus(isThere, 'degraded')),
      ]);
      const start = deps.isPrepared() ? 'ok' : 'unavailable';
      const names = ['database', ...others.map(([name]) => name)];
      const checks = names.map((name, index) => [name, { status: statuses[index]! }] as const);
      return {
        status: findWorst([...statuses, start]),
        checks: { ...Object.fromEntries(checks), start: { status: start } },
      };
    },
  };
}

/**
 * Checks that come while one is under way share it: a database that hangs gets one question, not a queue of them. An
 * answer holds for `keptMs`.
 */
function shareForAMoment(probe: () => Promise<unknown>, keptMs: number): () => Promise<boolean> {
  let probing: Promise<boolean> | null = null;
  let endedAtMs: number | null = null;
  return () => {
    const isOver = endedAtMs !== null && performance.now() - endedAtMs >= keptMs;
    if (probing === null || isOver) {
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
