import { newId } from '../../src/shared/ids.ts';
import { query } from './until.ts';

/** Inserts a provider event that is a dead letter, and returns its id. */
export async function insertDeadEvent(url: string): Promise<string> {
  const id = newId();
  await query(
    url,
    `insert into provider_events (id, provider, event_id, type, payload, cause, status, attempts, last_error, failed_at)
     values ($1::uuid, 'sandbox', $1::uuid::text, 'payment.failed', $2, $3, 'DEAD', 8, 'it could not be applied', now())`,
    [
      id,
      JSON.stringify({
        id,
        type: 'payment.failed',
        createdAt: null,
        kind: 'failed',
        paymentId: newId(),
        reason: null,
      }),
      JSON.stringify({ requestId: null, traceId: null }),
    ],
  );
  return id;
}
