import {
  type OpenSession,
  type PaymentProvider,
  type ProviderCapture,
  type ProviderEvent,
  type ProviderRefund,
  ProviderRefusedError,
  ProviderUnavailableError,
  type RequestRefund,
} from '../../../src/drivers/payments/payment-provider.ts';
import type { Process } from '../process.ts';
import type { Surroundings } from './world.ts';

export interface Page {
  readonly sessionId: string;
  readonly request: OpenSession;
  isOpen: boolean;
  state: 'OPEN' | 'PAID' | 'FAILED' | 'EXPIRED';
  readonly charges: Charge[];
}

export interface Charge extends ProviderCapture {
  readonly paymentId: string;
  readonly orderId: string;
}

interface Refund extends ProviderRefund {
  state: ProviderRefund['state'];
  failure: string | null;
  readonly charge: Charge;
  readonly amountMinor: number;
  /** Null: made at the provider itself. */
  readonly request: RequestRefund | null;
}

/**
 * A payment provider with its customers. It does each call once per key, whatever happens to the answer, and tells of
 * everything by events, at least once and in no order.
 */
export class SimulatedProvider {
  readonly pages = new Map<string, Page>();
  readonly charges = new Map<string, Charge>();
  readonly refunds: Refund[] = [];
  /** Events that were not acknowledged. */
  readonly unheard = new Set<ProviderEvent>();
  /** Whether calls may fail. */
  isFlaky = false;
  readonly #world: Surroundings;
  readonly #tell: (event: ProviderEvent) => void;
  #count = 0;

  constructor(world: Surroundings, tell: (event: ProviderEvent) => void) {
    this.#world = world;
    this.#tell = tell;
  }

  /** Returns the port for a process. Each call is answered when the schedule gets to it. */
  port(process: Process): PaymentProvider {
    const call = <T>(label: string, work: () => T): Promise<T> => {
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      this.#world.add({
        label: `${process.name} calls the provider: ${label}`,
        process,
        happen: () => {
          const fault = this.isFlaky ? this.#world.choices.below(8) : 0;
          if (fault === 1) {
            reject(new ProviderUnavailableError('it did not arrive'));
            return 'it did not arrive';
          }
          let result: T;
          try {
            result = work();
          } catch (error) {
            reject(error);
            return 'refused';
          }
          if (fault === 2) {
            reject(new ProviderUnavailableError('no answer'));
            return 'done, and the answer is lost';
          }
          resolve(result);
          return undefined;
        },
      });
      return promise;
    };
    return {
      name: 'sandbox',
      openSession: (request) => call('open a page', () => this.#open(request)),
      closeSession: ({ sessionId }) => call('close a page', () => this.#close(sessionId)),
      refund: (request) => call('refund', () => this.#refund(request)),
      findSession: (sessionId) =>
        call('find a page', () => {
          const page = [...this.pages.values()].find((one) => one.sessionId === sessionId);
          return page === undefined ? null : { state: page.state, captures: page.charges };
        }),
      findRefund: ({ refundId }) =>
        call('find a refund', () => {
          const refund = this.refunds.find(({ request }) => request?.refundId === refundId);
          return refund === undefined ? null : { ...refund };
        }),
      readWebhook: ({ body }) => JSON.parse(body.toString()) as ProviderEvent,
    };
  }

  #next(kind: string): string {
    this.#count += 1;
    return `${kind}_${this.#count}`;
  }

  #emit(event: Omit<ProviderEvent, 'id' | 'type' | 'createdAt'>): void {
    const told = {
      id: this.#next('evt'),
      type: 'event',
      createdAt: null,
      ...event,
    } as ProviderEvent;
    this.unheard.add(told);
    this.#tell(told);
  }

  #open(request: OpenSession) {
    let page = this.pages.get(request.paymentId);
    if (page === undefined) {
      if (request.expiresAt !== null && new Date(request.expiresAt).getTime() < this.#world.nowMs) {
        throw new ProviderRefusedError('the page would already have expired');
      }
      const sessionId = this.#next('page');
      page = { sessionId, request, isOpen: true, state: 'OPEN', charges: [] };
      this.pages.set(request.paymentId, page);
    }
    return { sessionId: page.sessionId, checkoutUrl: `https://pay.example/${page.sessionId}` };
  }

  #close(sessionId: string): void {
    const page = [...this.pages.values()].find((one) => one.sessionId === sessionId);
    if (page === undefined) throw new ProviderRefusedError('there is no such page');
    if (!page.isOpen) return;
    page.isOpen = false;
    if (page.state === 'OPEN') this.expire(page);
  }

  #refund(request: RequestRefund): ProviderRefund {
    const known = this.refunds.find((one) => one.request?.refundId === request.refundId);
    if (known !== undefined) return { ...known };
    const charge = this.charges.get(request.providerReference);
    if (charge === undefined) throw new ProviderRefusedError('there is no such charge');
    if (request.amountMinor > this.left(charge)) throw new ProviderRefusedError('too much');
    const state = this.isFlaky && this.#world.choices.below(3) === 1 ? 'PENDING' : 'SUCCEEDED';
    const refund = this.#addRefund(charge, request.amountMinor, request, state);
    if (state === 'PENDING') this.#endLater(refund);
    else if (this.isFlaky && this.#world.choices.below(2) === 1) this.#emitRefund(refund);
    return { ...refund };
  }

  #addRefund(
    charge: Charge,
    amountMinor: number,
    request: RequestRefund | null,
    state: ProviderRefund['state'],
  ): Refund {
    const providerRefundId = this.#next('refund');
    const refund = { providerRefundId, state, failure: null, charge, amountMinor, request };
    this.refunds.push(refund);
    return refund;
  }

  #endLater(refund: Refund): void {
    this.#world.add({
      label: 'a refund ends at the provider',
      process: null,
      happen: () => {
        const fails = this.isFlaky && this.#world.choices.below(4) === 1;
        refund.state = fails ? 'FAILED' : 'SUCCEEDED';
        refund.failure = fails ? 'the account is closed' : null;
        this.#emitRefund(refund);
        return refund.state;
      },
    });
  }

  #emitRefund(refund: Refund): void {
    const { request, charge, providerRefundId, state, amountMinor, failure } = refund;
    this.#emit({
      kind: 'refund',
      refundId: request?.refundId ?? null,
      paymentId: charge.paymentId,
      providerRefundId,
      providerReference: charge.providerReference,
      state,
      amountMinor,
      currency: charge.currency,
      failure,
    } as never);
  }

  /** Returns how much of a charge has not been refunded. */
  left(charge: Charge): number {
    const returned = this.refunds
      .filter((one) => one.charge === charge && one.state !== 'FAILED')
      .reduce((sum, { amountMinor }) => sum + amountMinor, 0);
    return charge.amountMinor - returned;
  }

  /** Returns how much of an order's money the provider has and keeps. */
  kept(orderId: string): number {
    return [...this.charges.values()]
      .filter((charge) => charge.orderId === orderId)
      .reduce((sum, charge) => sum + this.left(charge), 0);
  }

  /** A customer pays on a page, also twice, and also if the amount became another one. */
  pay(page: Page, amountMinor = page.request.amountMinor): void {
    const { paymentId, orderId, currency } = page.request;
    const providerReference = this.#next('charge');
    const charge = { providerReference, amountMinor, currency, paymentId, orderId };
    page.charges.push(charge);
    page.state = 'PAID';
    page.isOpen = false;
    this.charges.set(providerReference, charge);
    const capture = { providerReference, amountMinor, currency };
    this.#emit({ kind: 'captured', paymentId, capture } as never);
  }

  /** A charge of a payment that the shop does not know. */
  payElsewhere({ request: { currency } }: Page): void {
    const capture = { providerReference: this.#next('charge'), amountMinor: 77, currency };
    const paymentId = '00000000-0000-7000-8000-00090000ffff';
    this.#emit({ kind: 'captured', paymentId, capture } as never);
  }

  decline(page: Page): void {
    if (page.state === 'OPEN') page.state = 'FAILED';
    const { paymentId } = page.request;
    this.#emit({ kind: 'failed', paymentId, reason: 'the card was declined' } as never);
  }

  expire(page: Page): void {
    page.isOpen = false;
    if (page.state === 'OPEN') page.state = 'EXPIRED';
    this.#emit({ kind: 'expired', paymentId: page.request.paymentId } as never);
  }

  /** Somebody refunds money directly at the provider. */
  refundThere(charge: Charge, amountMinor: number): void {
    this.#emitRefund(this.#addRefund(charge, amountMinor, null, 'SUCCEEDED'));
  }
}
