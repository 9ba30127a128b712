import {
  InvalidEventError,
  InvalidSignatureError,
  type PaymentProvider,
  type ProviderEvent,
  ProviderUnavailableError,
} from '../../../drivers/payments/payment-provider.ts';
import type { Cause } from '../../../shared/caller.ts';
import { requestErrors } from '../../../shared/common-errors.ts';
import { CodedError } from '../../../shared/errors.ts';
import { paymentsErrors, providerUnavailable } from '../errors.ts';
import type { ProviderReport } from '../ledger/apply-matched-captures.ts';
import { PROVIDER_NAME_LENGTH_MAX } from '../schemas.ts';
import type { StoredAs } from './store-events.ts';

export interface ReceiveDependencies {
  readonly provider: PaymentProvider;
  readonly store: (event: ProviderReport) => Promise<StoredAs>;
  /** Returns the database's time. */
  readonly now: () => Promise<Date>;
}

export interface ReceivedWebhook {
  /** The provider in the URL; null for the configured one. */
  readonly providerName: string | null;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  readonly cause: Cause;
}

/**
 * Verifies a provider's webhook and stores the event durably, once by its own id. Throws `payments.invalid_signature`
 * and `payments.invalid_event`, with nothing stored.
 */
export async function receiveWebhook(
  { provider, store, now }: ReceiveDependencies,
  { providerName, headers, body, cause }: ReceivedWebhook,
): Promise<StoredAs> {
  if (providerName !== null && providerName !== provider.name) {
    throw new CodedError(requestErrors.notFound);
  }
  const event = await parseWebhook(provider, headers, body, await now());
  return store({ provider: provider.name, event, cause });
}

async function parseWebhook(
  provider: PaymentProvider,
  headers: ReceivedWebhook['headers'],
  body: Buffer,
  now: Date,
): Promise<ProviderEvent> {
  let event: ProviderEvent;
  try {
    event = await provider.readWebhook({ headers, body, now });
  } catch (error) {
    if (error instanceof InvalidSignatureError) {
      throw new CodedError(paymentsErrors.invalidSignature, { cause: error });
    }
    if (error instanceof InvalidEventError) throw invalidEvent(error);
    if (error instanceof ProviderUnavailableError) throw providerUnavailable(error);
    throw error;
  }
  const wrong = findFault(event);
  if (wrong !== null) throw invalidEvent(new Error(wrong));
  return event;
}

/**
 * Returns what is wrong with an event, or null. The limits are the same for every provider: the values are stored and
 * computed with.
 */
function findFault(event: ProviderEvent): string | null {
  if (!isName(event.id) || !isName(event.type)) return 'the id or the type of the event';
  switch (event.kind) {
    case 'captured': {
      const { providerReference, amountMinor, currency } = event.capture;
      if (!isName(providerReference)) return 'the reference of the charge';
      return isAmount(amountMinor) && isName(currency) ? null : 'the amount';
    }
    case 'refund':
      if (!isName(event.providerRefundId)) return 'the id of the refund';
      return isAmount(event.amountMinor) && isName(event.currency) ? null : 'the amount';
    default:
      return null;
  }
}

function isName(text: string): boolean {
  return text.length > 0 && text.length <= PROVIDER_NAME_LENGTH_MAX;
}

function isAmount(amountMinor: number): boolean {
  return Number.isSafeInteger(amountMinor) && amountMinor >= 0;
}

function invalidEvent(cause: unknown): CodedError {
  return new CodedError(paymentsErrors.invalidEvent, { cause });
}
