import type { Stripe } from 'stripe';
import { type Form, field, fields } from './form.ts';
import {
  chargeObject,
  eventObject,
  intentObject,
  nowSeconds,
  refundObject,
  type StripeEvent,
  sessionObject,
} from './objects.ts';

/** A refusal by Stripe. A request that fails validation is not stored under its idempotency key. */
export class StripeRefusal extends Error {
  readonly status: number;
  readonly error: Readonly<Record<string, unknown>>;

  constructor(status: number, error: { type?: string; message: string; [field: string]: unknown }) {
    super(error.message);
    this.status = status;
    this.error = { type: 'invalid_request_error', ...error };
  }
}

const MINUTES_MIN = 30;
const MINUTES_MAX = 24 * 60;
const PAGE_LENGTH = 10;

/** The state of one Stripe account, and everything that changes it: the API, the payment page and the dashboard. */
export class StripeState {
  readonly sessions = new Map<string, Stripe.Checkout.Session>();
  readonly intents = new Map<string, Stripe.PaymentIntent>();
  readonly charges = new Map<string, Stripe.Charge>();
  readonly refunds = new Map<string, Stripe.Refund>();
  /** All events so far, in order. */
  readonly events: StripeEvent[] = [];
  /** The initial status of refunds; `pending` ones wait for `settleRefund`. */
  refundsBegin: 'succeeded' | 'pending' = 'succeeded';
  readonly #intentMetadata = new Map<string, Record<string, string>>();
  readonly #pageUrl: () => string;

  constructor(pageUrl: () => string) {
    this.#pageUrl = pageUrl;
  }

  createSession(form: Form): Stripe.Checkout.Session {
    const price = ['line_items', '0', 'price_data'] as const;
    const amount = parseWhole(
      field(form, ...price, 'unit_amount'),
      'line_items[0][price_data][unit_amount]',
    );
    const quantity = parseWhole(
      field(form, 'line_items', '0', 'quantity'),
      'line_items[0][quantity]',
    );
    const currency = field(form, ...price, 'currency') ?? '';
    if (!/^[a-z]{3}$/.test(currency)) throw invalid('Invalid currency', 'currency');
    if (field(form, 'mode') !== 'payment') throw invalid('You must provide a mode', 'mode');
    if (!field(form, 'success_url')) throw invalid('Missing success_url', 'success_url');
    const email = field(form, 'customer_email') ?? null;
    if (email !== null && !/^[\x21-\x7e]+@[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(email)) {
      throw invalid(`Invalid email address: ${email}`, 'customer_email', { code: 'email_invalid' });
    }
    const session = sessionObject({
      amount_total: amount * quantity,
      currency,
      expires_at: parseExpiry(field(form, 'expires_at')),
      url: this.#pageUrl(),
      customer_email: email,
      client_reference_id: field(form, 'client_reference_id') ?? null,
      success_url: field(form, 'success_url') ?? null,
      cancel_url: field(form, 'cancel_url') ?? null,
      metadata: fields(form, 'metadata'),
    });
    this.sessions.set(session.id, session);
    this.#intentMetadata.set(session.id, fields(form, 'payment_intent_data', 'metadata'));
    return session;
  }

  expireSession(id: string): Stripe.Checkout.Session {
    const session = requireKnown(this.sessions, id, 'checkout.session');
    if (session.status !== 'open') {
      throw invalid(
        `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of ${session.status}.`,
      );
    }
    session.status = 'expired';
    session.url = null;
    this.#tell('checkout.session.expired', session);
    return session;
  }

  readSession(id: string, expand: readonly string[]): Stripe.Checkout.Session {
    const session = structuredClone(requireKnown(this.sessions, id, 'checkout.session'));
    if (expand.includes('payment_intent') && typeof session.payment_intent === 'string') {
      session.payment_intent = requireKnown(this.intents, session.payment_intent, 'payment_intent');
    }
    return session;
  }

  /** Pays on the page as the customer. `amount` and `currency` are charged instead of the requested ones. */
  pay(sessionId: string, instead: { amount?: number; currency?: string } = {}): StripeEvent {
    const session = this.#openSession(sessionId);
    Object.assign(session, {
      amount_total: instead.amount ?? session.amount_total,
      currency: instead.currency ?? session.currency,
    });
    this.#capture(session, this.#intentOf(session));
    return this.#tell('checkout.session.completed', session);
  }

  /** Pays by bank debit or a similar method that takes days. */
  payLater(sessionId: string): StripeEvent {
    const session = this.#openSession(sessionId);
    this.#intentOf(session).status = 'processing';
    Object.assign(session, { status: 'complete', url: null });
    return this.#tell('checkout.session.completed', session);
  }

  /** Ends a payment begun with `payLater`. */
  settlePayment(sessionId: string, outcome: 'succeeded' | 'failed'): StripeEvent {
    const session = requireKnown(this.sessions, sessionId, 'checkout.session');
    const intent = this.#intentOf(session);
    if (outcome === 'succeeded') {
      this.#capture(session, intent);
      return this.#tell('checkout.session.async_payment_succeeded', session);
    }
    intent.status = 'requires_payment_method';
    return this.#tell('checkout.session.async_payment_failed', session);
  }

  /** Declines the card; the page stays open for another one. */
  decline(sessionId: string): StripeEvent {
    const intent = this.#intentOf(this.#openSession(sessionId));
    intent.status = 'requires_payment_method';
    intent.last_payment_error = {
      type: 'card_error',
      code: 'card_declined',
      decline_code: 'generic_decline',
      message: 'Your card was declined.',
    };
    return this.#tell('payment_intent.payment_failed', intent);
  }

  createRefund(form: Form): Stripe.Refund {
    const charge = this.#chargeNamedIn(form);
    const left = charge.amount - charge.amount_refunded;
    if (left === 0) {
      const message = `Charge ${charge.id} has already been refunded.`;
      throw invalid(message, undefined, { code: 'charge_already_refunded' });
    }
    const given = field(form, 'amount');
    const amount = given === undefined ? left : parseWhole(given, 'amount');
    if (amount > left) {
      throw invalid(
        `Refund amount (${amount}) is greater than unrefunded amount (${left})`,
        'amount',
      );
    }
    const refund = refundObject({
      amount,
      currency: charge.currency,
      charge: charge.id,
      payment_intent: charge.payment_intent,
      metadata: fields(form, 'metadata'),
      status: this.refundsBegin,
    });
    this.refunds.set(refund.id, refund);
    const amountBefore = charge.amount_refunded;
    charge.amount_refunded += amount;
    charge.refunded = charge.amount_refunded === charge.amount;
    this.#tell('charge.refunded', charge, { amount_refunded: amountBefore });
    this.#tell('refund.created', refund);
    return refund;
  }

  /** Ends a pending refund, or makes a succeeded one fail later. */
  settleRefund(id: string, outcome: 'succeeded' | 'failed'): StripeEvent {
    const refund = requireKnown(this.refunds, id, 'refund');
    refund.status = outcome;
    if (outcome === 'succeeded') return this.#tell('refund.updated', refund);
    refund.failure_reason = 'lost_or_stolen_card';
    const charge = requireKnown(this.charges, String(refund.charge), 'charge');
    charge.amount_refunded -= refund.amount;
    charge.refunded = false;
    return this.#tell('refund.failed', refund);
  }

  readRefund(id: string): Stripe.Refund {
    return requireKnown(this.refunds, id, 'refund');
  }

  /** Returns one page of refunds, newest first. */
  listRefunds(form: Form): object {
    const charge = this.#chargeNamedIn(form);
    const all = [...this.refunds.values()].filter((it) => it.charge === charge.id).reverse();
    const after = field(form, 'starting_after');
    const start = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
    const length = parseWhole(field(form, 'limit') ?? String(PAGE_LENGTH), 'limit');
    const data = all.slice(start, start + length);
    return { object: 'list', url: '/v1/refunds', has_more: start + length < all.length, data };
  }

  #openSession(id: string): Stripe.Checkout.Session {
    const session = requireKnown(this.sessions, id, 'checkout.session');
    if (session.status !== 'open') throw new Error(`the page of ${id} is ${session.status}`);
    return session;
  }

  /** Returns the payment intent of a session, created when its customer first tries to pay. */
  #intentOf(session: Stripe.Checkout.Session): Stripe.PaymentIntent {
    const made = this.intents.get(String(session.payment_intent));
    if (made !== undefined) return made;
    const intent = intentObject({
      amount: session.amount_total ?? 0,
      currency: session.currency ?? '',
      metadata: this.#intentMetadata.get(session.id) ?? {},
      status: 'requires_payment_method',
    });
    this.intents.set(intent.id, intent);
    session.payment_intent = intent.id;
    return intent;
  }

  #capture(session: Stripe.Checkout.Session, intent: Stripe.PaymentIntent): void {
    const amount = session.amount_total ?? 0;
    const currency = session.currency ?? '';
    const { metadata } = intent;
    const charge = chargeObject({ amount, currency, metadata, payment_intent: intent.id });
    this.charges.set(charge.id, charge);
    Object.assign(intent, {
      amount,
      currency,
      amount_received: amount,
      latest_charge: charge.id,
      last_payment_error: null,
      status: 'succeeded',
    });
    Object.assign(session, { status: 'complete', payment_status: 'paid', url: null });
  }

  #chargeNamedIn(form: Form): Stripe.Charge {
    const chargeId = field(form, 'charge');
    if (chargeId !== undefined) return requireKnown(this.charges, chargeId, 'charge');
    const intentId = field(form, 'payment_intent') ?? '';
    const intent = requireKnown(this.intents, intentId, 'payment_intent');
    return requireKnown(this.charges, String(intent.latest_charge), 'charge');
  }

  #tell(type: string, object: Parameters<typeof eventObject>[1], previous?: object): StripeEvent {
    const event = eventObject(type, object, previous);
    this.events.push(event);
    return event;
  }
}

function parseExpiry(given: string | undefined): number {
  const now = nowSeconds();
  if (given === undefined) return now + MINUTES_MAX * 60;
  const expiresAt = parseWhole(given, 'expires_at');
  if (expiresAt < now + MINUTES_MIN * 60 || expiresAt > now + MINUTES_MAX * 60) {
    throw invalid(
      'The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.',
      'expires_at',
    );
  }
  return expiresAt;
}

function requireKnown<T>(things: ReadonlyMap<string, T>, id: string, name: string): T {
  const thing = things.get(id);
  if (thing !== undefined) return thing;
  const message = `No such ${name}: '${id}'`;
  throw new StripeRefusal(404, { message, code: 'resource_missing', param: 'id' });
}

function parseWhole(text: string | undefined, param: string): number {
  if (text === undefined || !/^[1-9]\d{0,11}$/.test(text)) {
    throw invalid(`Invalid positive integer: ${text}`, param, {
      code: 'parameter_invalid_integer',
    });
  }
  return Number(text);
}

function invalid(message: string, param?: string, more: object = {}): StripeRefusal {
  return new StripeRefusal(400, { message, ...(param === undefined ? {} : { param }), ...more });
}
