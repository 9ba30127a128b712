export type PaymentChoice =
  | {
      readonly kind: 'sandbox';
      /** `whsec_…`; null: generated on the first start and stored in `dataDir`. */
      readonly webhookSecret: string | null;
      /** The URL at which this process calls the sandbox; null: its own, or `publicUrl` with `ROLE=worker`. */
      readonly url: string | null;
    }
  | {
      readonly kind: 'stripe';
      readonly secretKey: string;
      /** Null on workers, which receive no webhooks. */
      readonly webhookSecret: string | null;
      /** Null: Stripe itself. */
      readonly apiBase: string | null;
    };

/** The variables for payments. */
export interface PaymentValues {
  ROLE?: 'all' | 'api' | 'worker';
  PAYMENT_PROVIDER?: 'sandbox' | 'stripe';
  SANDBOX_WEBHOOK_SECRET?: string;
  SANDBOX_URL?: string;
  STRIPE_SECRET_KEY?: string;
  STRIPE_WEBHOOK_SECRET?: string;
  STRIPE_API_BASE?: string;
}

/** Chooses from values that have no `paymentFaults`. */
export function choosePayment(values: PaymentValues): PaymentChoice {
  if (values.PAYMENT_PROVIDER === 'stripe') {
    return {
      kind: 'stripe',
      secretKey: values.STRIPE_SECRET_KEY ?? '',
      webhookSecret: values.STRIPE_WEBHOOK_SECRET ?? null,
      apiBase: values.STRIPE_API_BASE ?? null,
    };
  }
  return {
    kind: 'sandbox',
    webhookSecret: values.SANDBOX_WEBHOOK_SECRET ?? null,
    url: values.SANDBOX_URL ?? null,
  };
}

/** Returns a sentence for each missing variable. */
export function paymentFaults(values: PaymentValues): string[] {
  if (values.PAYMENT_PROVIDER !== 'stripe') return [];
  const faults: string[] = [];
  if (values.STRIPE_SECRET_KEY === undefined) {
    faults.push(
      'STRIPE_SECRET_KEY is missing: PAYMENT_PROVIDER=stripe requires the secret key, sk_… or rk_…, from the API keys page of the Stripe dashboard.',
    );
  }
  if (values.STRIPE_WEBHOOK_SECRET === undefined && values.ROLE !== 'worker') {
    faults.push(
      'STRIPE_WEBHOOK_SECRET is missing: PAYMENT_PROVIDER=stripe requires the signing secret, whsec_…, of the webhook endpoint that sends to /api/payments/webhook/stripe.',
    );
  }
  return faults;
}
