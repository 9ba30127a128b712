import { Stripe } from 'stripe';
import { ProviderRefusedError, ProviderUnavailableError } from '../payment-provider.ts';

const { errors } = Stripe;

/**
 * Runs a call and throws the port's errors instead of the SDK's. Only an error about the request itself, which Stripe
 * would repeat, is a refusal. All others leave the outcome open: no connection, too slow, too many, 5xx, a key still in
 * flight (409), and a wrong or blocked secret key, which an operator must fix.
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

/** Returns whether Stripe refused because of one of these fields. */
export function isRefusalOfFields(error: unknown, fields: readonly string[]): boolean {
  return error instanceof errors.StripeInvalidRequestError && fields.includes(error.param ?? '');
}

/** Returns whether Stripe refused the request itself. */
export function isRefusedRequest(error: unknown): boolean {
  return error instanceof errors.StripeInvalidRequestError;
}

/** Returns whether the key was used before with another body. */
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

/** Describes an error, with the id under which the operator finds the request in Stripe's log. */
function describe({ message, code, requestId }: InstanceType<typeof errors.StripeError>): string {
  const hints = [code, requestId].filter((hint) => hint !== undefined && hint !== '');
  return `Stripe: ${message}${hints.length === 0 ? '' : ` (${hints.join(', ')})`}`;
}
