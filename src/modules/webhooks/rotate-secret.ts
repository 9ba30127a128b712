import { recordAudit } from '../../audit/index.ts';
import type { Database } from '../../database/database.ts';
import { type Once, once } from '../../database/idempotency.ts';
import type { RequestContext } from '../../http/index.ts';
import { CodedError } from '../../shared/errors.ts';
import { encryptSecret } from './encrypted-secrets.ts';
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
  context: RequestContext,
  id: string,
): Promise<Once<RotatedSecret>> {
  const secret = createSecret();
  const outcome = await once(database, context.claim, async (tx) => {
    const { value, keyId } = encryptSecret(tx.keyRing, id, secret);
    const [row] = await rotateSecretRow(tx, id, value, keyId, PREVIOUS_SECRET_HOURS);
    if (row === undefined) throw new CodedError(webhooksErrors.notFound);
    const after = { previousValidUntil: row.previousValidUntil.toISOString() };
    await recordAudit(tx, context, [
      { type: 'webhook_endpoint.secret_rotated', subjectId: id, before: null, after },
    ]);
    return after;
  });
  return outcome.replayed ? outcome : { ...outcome, result: { ...outcome.result, secret } };
}
