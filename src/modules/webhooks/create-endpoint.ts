import { recordAudit } from '../../audit/index.ts';
import { type Once, once } from '../../database/idempotency.ts';
import type { RequestContext } from '../../http/index.ts';
import { CodedError } from '../../shared/errors.ts';
import { newId } from '../../shared/ids.ts';
import { encryptSecret } from './encrypted-secrets.ts';
import { createSecret, requireTarget, requireTypes } from './endpoint.ts';
import { webhooksErrors } from './errors.ts';
import { auditedEndpoint, presentEndpoint } from './present-endpoint.ts';
import { countEndpoints, insertEndpoint, lockEndpointCount } from './queries.ts';
import type { CreatedEndpoint, NewEndpoint } from './schemas.ts';
import type { WebhooksParts } from './webhooks-parts.ts';

/** Limited because each event is recorded once for each endpoint. */
const ENDPOINTS_MAX = 100;

/**
 * Creates an endpoint. Only the first response contains the secret: a repeat cannot return it. Throws `request.invalid`
 * for a forbidden target, and `webhooks.endpoint_limit`.
 */
export async function createEndpoint(
  { database, allowPrivateTargets }: WebhooksParts,
  context: RequestContext,
  input: NewEndpoint,
): Promise<Once<CreatedEndpoint>> {
  requireTypes(input.eventTypes);
  requireTarget(input.url, allowPrivateTargets);
  const secret = createSecret();
  const outcome = await once(database, context.claim, async (tx) => {
    const [, [existing]] = await Promise.all([lockEndpointCount(tx), countEndpoints(tx)]);
    if (existing!.count >= ENDPOINTS_MAX) throw new CodedError(webhooksErrors.endpointLimit);
    const id = newId();
    const { value, keyId } = encryptSecret(tx.keyRing, id, secret);
    const [row] = await insertEndpoint(tx, id, input.url, input.eventTypes, value, keyId);
    const after = auditedEndpoint(row!);
    await recordAudit(tx, context, [
      { type: 'webhook_endpoint.created', subjectId: id, before: null, after },
    ]);
    return presentEndpoint(row!);
  });
  return outcome.replayed ? outcome : { ...outcome, result: { ...outcome.result, secret } };
}
