import { serviceErrors } from '../shared/common-errors.ts';
import { CodedError } from '../shared/errors.ts';
import type { Queryable } from './statement.ts';

/** How long a failed replica is skipped. */
const REST_MS = 5_000;

export interface ReplicasOptions {
  /** Used when no replica is available. */
  readonly primary: Queryable;
  readonly replicas: readonly Queryable[];
  /** A monotonic clock in milliseconds. Default: that of this process. */
  readonly nowMs?: () => number;
}

/**
 * Distributes reads that may lag over the replicas, round robin. A replica that is unavailable, or that cancelled the
 * read because it conflicted with replication, is skipped. If none is left, the primary is used, so that a lost replica
 * costs time but no response.
 */
export function createReplicas({
  primary,
  replicas,
  nowMs = () => performance.now(),
}: ReplicasOptions): Queryable {
  if (replicas.length === 0) return primary;
  const restsUntilMs = replicas.map(() => 0);
  let nextReplica = 0;

  return {
    keyRing: primary.keyRing,
    async run<Row>(
      name: string,
      text: string,
      parameters: readonly unknown[],
      isShort?: boolean,
    ): Promise<Row[]> {
      for (let attempt = 0; attempt < replicas.length; attempt += 1) {
        nextReplica = (nextReplica + 1) % replicas.length;
        const index = nextReplica;
        if ((restsUntilMs[index] as number) > nowMs()) continue;
        try {
          return await (replicas[index] as Queryable).run<Row>(name, text, parameters, isShort);
        } catch (error) {
          if (!(error instanceof CodedError) || error.code !== serviceErrors.unavailable.code) {
            throw error;
          }
          restsUntilMs[index] = nowMs() + REST_MS;
        }
      }
      return primary.run<Row>(name, text, parameters, isShort);
    },
  };
}
