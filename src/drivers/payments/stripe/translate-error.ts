import { Stripe } from 'stripe';
import { ProviderRefusedError, ProviderUnavailableError } from '../payment-provider.ts';

const { errors } = Stripe;

/**
 * Runs a call, and throws what the port promises instead of the SDK's errors. Refused is only what Stripe says about the
 * request itself, and will say again. All else leaves the outcome open: no connection, too slow, too many, 5xx, a key
 * that is still in flight (409), and a wrong or blocked secret key, which an operator mends.
 */
export async function callStripe<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof errors.StripeError)) throw error;
    const message = describe(error);
    throw isRefusal(error)
      ? new ProviderRefusedError(message, { cause: error })
      : new ProviderUnavailableError(message, { cause: error });
  }
}

/** Whether Stripe refused on account of one of these fields. */
export function isRefusalOfFields(error: unknown, fields: readonly string[]): boolean {
  return error instanceof errors.StripeInvalidRequestError && fields.includes(error.param ?? '');
}

/** Whether Stripe refused the request as such. */
export function isRefusedRequest(error: unknown): boolean {
  return error instanceof errors.StripeInvalidRequestError;
}

/** Whether the key was used before with another body. */
export function isKeyReused(error: unknown): boolean {
  return error instanceof errors.StripeIdempotencyError;
}

export function isNotFound(error: unknown): boolean {
  return error instanceof errors.StripeInvalidRequestError && error.statusCode === 404;
}

function isRefusal(error: InstanceType<typeof errors.StripeError>): boolean {
  return (
    error instanceof errors.StripeInvalidRequestError ||
    error instanceof errors.StripeIdempotencyError ||
    error instanceof errors.StripeCardError
  );
}

/** With the id under which the operator finds the request in Stripe's own log. */
function describe({ message, code, requestId }: InstanceType<typeof errors.StripeError>): string {
  const hints = [code, requestId].filter((hint) => hint !== undefined && hint !== '');
  return `Stripe: ${message}${hints.length === 0 ? '' : ` (${hints.join(', ')})`}`;
}
