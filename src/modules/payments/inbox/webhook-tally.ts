import { CodedError } from '../../../shared/errors.ts';
import { createLabelledTally, type Tally } from '../../../shared/tally.ts';
import { paymentsErrors } from '../errors.ts';
import type { InboxOutcome } from './inbox.ts';

type WebhookOutcome =
  | 'accepted'
  | 'duplicate'
  | 'invalid_signature'
  | 'invalid_event'
  | InboxOutcome;

/** Fails to compile if an outcome is missing. */
const knownOutcomes: Readonly<Record<WebhookOutcome, true>> = {
  accepted: true,
  duplicate: true,
  invalid_signature: true,
  invalid_event: true,
  matched: true,
  late: true,
  surplus: true,
  flagged: true,
  failed: true,
  expired: true,
  succeeded: true,
  unchanged: true,
  unknown: true,
  ignored: true,
  mismatch: true,
  retried: true,
  dead: true,
};

/** Counts of providers' webhooks by outcome, as received and as applied. */
export interface WebhookTally {
  readonly tally: Tally<WebhookOutcome>;
  count(outcome: WebhookOutcome): void;
  /** Counts a refused webhook; other failures are not the provider's. */
  countRefusal(error: unknown): void;
}

export function createWebhookTally(): WebhookTally {
  const tally = createLabelledTally({
    name: 'payment_webhooks_total',
    help: 'Payment provider webhooks, received and applied.',
    label: 'outcome',
    values: Object.keys(knownOutcomes) as WebhookOutcome[],
  });
  const count = (outcome: WebhookOutcome) => {
    tally.counts[outcome] += 1;
  };
  return {
    tally,
    count,
    countRefusal(error) {
      if (!(error instanceof CodedError)) return;
      if (error.definition === paymentsErrors.invalidSignature) count('invalid_signature');
      if (error.definition === paymentsErrors.invalidEvent) count('invalid_event');
    },
  };
}
