import type { JobDefinition } from './job.ts';
import { AFTER_ABORT_MS } from './run-attempt.ts';

/** What a lease in the database outlasts besides the deadline: the start, what follows the deadline, and a slow commit. */
const LEASE_MARGIN_MS = AFTER_ABORT_MS + 4_000;

export function leaseMs({ deadlineMs }: JobDefinition): number {
  return deadlineMs + LEASE_MARGIN_MS;
}
