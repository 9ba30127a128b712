import { serviceErrors } from '../shared/common-errors.ts';
import { CodedError } from '../shared/errors.ts';
import type { Queryable } from './statement.ts';

/** How long a replica that failed is left alone. */
const REST_MS = 5_000;

export interface ReplicasOptions {
  /** Asked when no replica answers. */
  readonly primary: Queryable;
  readonly replicas: readonly Queryable[];
  /** Milliseconds that only go forward. Default: those of this process. */
  readonly nowMs?: () => number;
}

/**
 * Reads that may lag: each goes to the next replica, and past those that are away, or that ended it because it stood in
 * the way of the replication. The primary answers when none does, so that a lost replica costs time and no answer.
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
    async run<Row>(
      name: string,
      text: string,
      parameters: readonly unknown[],
      isShort?: boolean,
    ): Promise<Row[]> {
      for (let attempt = 0; attempt < replicas.length; attempt += 1) {
        nextReplica = (nextReplica + 1) % replicas.length;
        const mine = nextReplica;
        if ((restsUntilMs[mine] as number) > nowMs()) continue;
        try {
          return await (replicas[mine] as Queryable).run<Row>(name, text, parameters, isShort);
        } catch (error) {
          if (!(error instanceof CodedError) || error.code !== serviceErrors.unavailable.code) {
            throw error;
          }
          restsUntilMs[mine] = nowMs() + REST_MS;
        }
      }
      return primary.run<Row>(name, text, parameters, isShort);
    },
  };
}
