import type { Queryable } from '../../database/statement.ts';
import { countQueues, type JobDefinition } from '../../jobs/index.ts';
import { countInbox } from '../payments/index.ts';
import type { QueuesView } from './schemas.ts';

/** Counts the jobs of every queue, including empty ones. The inbox of payments counts as one queue. */
export async function listQueues(
  db: Queryable,
  definitions: readonly JobDefinition[],
): Promise<QueuesView> {
  const [counted, inbox] = await Promise.all([countQueues(db), countInbox(db)]);
  const rows = new Map([...counted, ...inbox].map((row) => [row.name, row]));
  for (const { queue: name } of definitions) {
    if (!rows.has(name)) rows.set(name, { name, waiting: 0, active: 0, delayed: 0, failed: 0 });
  }
  return { data: [...rows.values()].sort((one, other) => (one.name < other.name ? -1 : 1)) };
}
