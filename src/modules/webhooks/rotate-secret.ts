import type { Database } from '../../database/database.ts';
import { type Once, once } from '../../database/idempotency.ts';
import type { RequestContext } from '../../http/index.ts';
import { CodedError } from '../../shared/errors.ts';
import { createSecret, PREVIOUS_SECRET_HOURS } from './endpoint.ts';
import { webhooksErrors } from './errors.ts';
import { rotateSecretRow } from './queries.ts';
import type { RotatedSecret } from './schemas.ts';

/**
 * Rotates the secret: messages are signed with the new one, and for a day with the previous one too. Only the first
 * response contains the secret. Throws `webhooks.not_found`.
 */
export async function rotateSecret(
  database: Database,
  { claim }: RequestContext,
  id: string,
): Promise<Once<RotatedSecret>> {
  const secret = createSecret();
  const outcome = await once(database, claim, async (tx) => {
    const [row] = await rotateSecretRow(tx, id, secret, PREVIOUS_SECRET_HOURS);
    if (row === undefined) throw new CodedError(webhooksErrors.notFound);
    return { previousValidUntil: row.previousValidUntil.toISOString() };
  });
  return outcome.replayed ? outcome : { ...outcome, result: { ...outcome.result, secret } };
}
