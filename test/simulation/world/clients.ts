import type { RequestContext } from '../../../src/http/index.ts';
import type { Caller } from '../../../src/shared/caller.ts';
import { CodedError } from '../../../src/shared/errors.ts';
import type { Row } from '../store/store.ts';
import { describeError, type Server } from './server.ts';
import { adminId, CODE, CURRENCY, customerIds, kitchenId, skus } from './shop.ts';
import { NOTHING, type Surroundings } from './world.ts';

/** Something that a client wants, with what it heard of it. */
export interface Operation {
  readonly name: string;
  /** Whether it may be sent again: it has a key, or no second effect. */
  readonly mayRepeat: boolean;
  /** Whether a repeat receives the first answer, because it has a key. */
  readonly isReplayed: boolean;
  readonly attempt: (server: Server) => Promise<unknown>;
  /** What was answered, each as JSON. */
  readonly answers: string[];
  /** Attempts that were refused. */
  refusals: number;
  /** Attempts of which nobody knows what came of them. */
  unknowns: number;
  /** Attempts that have not ended. */
  open: number;
  /** How often it may still be sent. */
  left: number;
  readonly kind: 'place' | 'refund' | 'other';
}

/** Answers that say nothing of the effect: another attempt is under way, or the database is not available. */
const unknownCodes = new Set(['service.unavailable', 'idempotency.in_flight']);

const user = (id: string, role: 'customer' | 'kitchen' | 'admin'): Caller => ({
  kind: 'user',
  id,
  role,
  vip: false,
  familyId: id,
  hasRecentProof: true,
});

const admin = user(adminId, 'admin');
const kitchen = user(kitchenId, 'kitchen');

function scope(number: number): Buffer {
  const bytes = Buffer.alloc(32, 7);
  bytes.writeUInt32BE(number);
  return bytes;
}

function contextOf(caller: Caller, operation: string, number: number | null): RequestContext {
  const role = caller.kind === 'user' ? caller.role : null;
  return {
    caller,
    actor: { type: 'user', id: caller.id, role },
    cause: { requestId: null, traceId: null },
    claim:
      number === null
        ? null
        : {
            scopeHash: scope(number),
            requestHash: scope(number),
            key: `key ${number}`,
            callerId: caller.id,
            operation,
          },
  };
}

/** Customers, the kitchen and admins, who send what they want again until they know what came of it. */
export class Clients {
  readonly operations: Operation[] = [];
  readonly #world: Surroundings;
  readonly #servers: () => readonly Server[];
  /** Orders that may be promised for slots. */
  readonly #hasSlots: boolean;

  constructor(world: Surroundings, servers: () => readonly Server[], hasSlots: boolean) {
    this.#world = world;
    this.#servers = servers;
    this.#hasSlots = hasSlots;
  }

  /** How many attempts have not ended. */
  get open(): number {
    return this.operations.reduce((sum, { open }) => sum + open, 0);
  }

  #below(count: number): number {
    return this.#world.choices.below(count);
  }

  #pick<T>(items: readonly T[]): T | undefined {
    return items.length === 0 ? undefined : items[this.#below(items.length)];
  }

  /** Begins something new, if there is something to do. Returns what. */
  begin(): string {
    const kind = this.#below(12);
    if (kind < 4) return this.#place(kind === 3);
    if (kind < 7) return this.#initiate();
    if (kind === 7) return this.#cancel();
    if (kind < 10) return this.#move(kind === 9);
    if (kind === 10) return this.#refund();
    return this.#reschedule();
  }

  #orders(statuses: readonly string[]): Row[] {
    return this.#world.store.rows('orders').filter(({ status }) => statuses.includes(status));
  }

  /** An operation, which is sent at once, and perhaps twice. */
  #send(
    name: string,
    kind: Operation['kind'],
    mayRepeat: boolean,
    attempt: Operation['attempt'],
    isReplayed = mayRepeat,
  ): string {
    const number = this.operations.length;
    const operation: Operation = {
      name: `#${number} ${name}`,
      kind,
      mayRepeat,
      isReplayed,
      attempt,
      answers: [],
      refusals: 0,
      unknowns: 0,
      open: 0,
      left: mayRepeat ? 4 : 1,
    };
    this.operations.push(operation);
    this.#attempt(operation);
    if (mayRepeat && this.#below(3) === 1) this.#sendAgain(operation);
    return operation.name;
  }

  #attempt(operation: Operation): void {
    const server = this.#pick(this.#servers());
    if (server === undefined) {
      this.#sendAgain(operation);
      return;
    }
    operation.left -= 1;
    operation.open += 1;
    const wasDone = operation.isReplayed && operation.answers.length > 0;
    const isAnswerLost = operation.mayRepeat && this.#below(12) === 1;
    this.#world.call(
      server.process,
      () => operation.attempt(server),
      (ended) => {
        operation.open -= 1;
        const { name } = operation;
        if (ended.kind === 'lost' || isAnswerLost) {
          this.#world.say(`  ${name}: no answer`);
          return this.#doNotKnow(operation);
        }
        if (ended.kind === 'answered') {
          this.#world.say(`  ${name}: done`);
          operation.answers.push(JSON.stringify(ended.result));
          return;
        }
        const { error } = ended;
        if (!(error instanceof CodedError) || error.definition.status >= 500) {
          const isExpected =
            error instanceof CodedError &&
            (unknownCodes.has(error.code) || error.code === 'payments.provider_unavailable');
          if (!isExpected) return this.#world.fail(`${name}: ${describeError(error)}`);
          this.#world.say(`  ${name}: ${error.code}`);
          return this.#doNotKnow(operation);
        }
        this.#world.say(`  ${name}: ${error.code}`);
        if (unknownCodes.has(error.code)) return this.#doNotKnow(operation);
        operation.refusals += 1;
        if (wasDone) this.#world.fail(`${name} was answered and its repeat refused: ${error.code}`);
      },
    );
  }

  #doNotKnow(operation: Operation): void {
    operation.unknowns += 1;
    if (operation.left > 0 && operation.mayRepeat) this.#sendAgain(operation);
  }

  #sendAgain(operation: Operation): void {
    this.#world.add({
      label: `  ${operation.name} is sent again`,
      process: null,
      isReady: () => this.#servers().length > 0,
      happen: () => {
        if (operation.left > 0) this.#attempt(operation);
        return undefined;
      },
    });
  }

  #slots(): (string | null)[] {
    if (!this.#hasSlots) return [null];
    const slotMs = 15 * 60_000;
    const next = Math.ceil((this.#world.nowMs + 60_000) / slotMs) * slotMs;
    return [null, new Date(next).toISOString(), new Date(next + slotMs).toISOString()];
  }

  #place(isDeferred: boolean): string {
    const number = this.operations.length;
    const customerId = this.#pick(customerIds)!;
    const caller = user(customerId, 'customer');
    const lines = 1 + this.#below(2);
    const items = Array.from({ length: lines }, () => ({
      sku: this.#pick(skus)!,
      quantity: 1 + this.#below(3),
    }));
    const requestedFor = this.#pick(this.#slots())!;
    const keys = this.#below(4);
    const input = {
      items,
      note: `operation ${number}`,
      ...(this.#below(3) === 1 ? { discountCodes: [CODE] } : {}),
      ...(requestedFor === null ? {} : { fulfilment: { type: 'PICKUP' as const, requestedFor } }),
      ...(keys === 1 || keys === 2 ? { clientToken: `token-${number}` } : {}),
    };
    const context = {
      ...contextOf(caller, 'placeOrder', keys === 0 || keys === 1 ? number : null),
      operation: 'placeOrder',
      deferred: isDeferred,
    };
    const what = items.map(({ sku, quantity }) => `${quantity} ${sku}`).join(' and ');
    const name = `${isDeferred ? 'queue' : 'place'} ${what}${'discountCodes' in input ? ` with ${CODE}` : ''}${requestedFor === null ? '' : ` for ${requestedFor}`}`;
    return this.#send(name, 'place', keys !== 3, async (server) => {
      const { id, body } = await server.orders.placeOrder(context, input);
      return { id, body };
    });
  }

  #initiate(): string {
    const order = this.#pick(this.#orders(['PENDING', 'CONFIRMED']));
    if (order === undefined) return NOTHING;
    const number = this.operations.length;
    const caller = user(order.customerId, 'customer');
    const hasKey = this.#below(2) === 1;
    const context = contextOf(caller, 'initiatePayment', hasKey ? number : null);
    return this.#send(
      `pay order ${order.number}`,
      'other',
      true,
      (server) => server.payments.initiatePayment(context, order.id),
      hasKey,
    );
  }

  #cancel(): string {
    const order = this.#pick(this.#orders(['QUEUED', 'PENDING', 'CONFIRMED', 'PREPARING']));
    if (order === undefined) return NOTHING;
    const number = this.operations.length;
    const caller = this.#below(2) === 1 ? admin : user(order.customerId, 'customer');
    const context = contextOf(caller, 'cancelOrder', number);
    const cancel = { orderId: order.id, reason: null, ifMatch: null };
    return this.#send(`cancel order ${order.number}`, 'other', true, (server) =>
      server.orders.cancelOrder(context, cancel),
    );
  }

  #move(isOverride: boolean): string {
    const open = ['PENDING', 'CONFIRMED', 'PREPARING', 'READY'];
    const order = this.#pick(this.#orders(isOverride ? [...open, 'COMPLETED'] : open));
    if (order === undefined) return NOTHING;
    const number = this.operations.length;
    const next = ['CONFIRMED', 'PREPARING', 'READY', 'COMPLETED'];
    const to = isOverride ? this.#pick([...open, 'COMPLETED'])! : next[open.indexOf(order.status)]!;
    const context = contextOf(isOverride ? admin : kitchen, 'changeStatus', number);
    const input = {
      status: to as 'CONFIRMED',
      ...(this.#below(2) === 1 ? { version: order.version } : {}),
      ...(isOverride ? { override: true, reason: 'a mistake' } : {}),
    };
    const name = `${isOverride ? 'set' : 'move'} order ${order.number} from ${order.status} to ${to}`;
    return this.#send(name, 'other', true, (server) =>
      server.orders.changeStatus(context, { orderId: order.id, input, ifMatch: null }),
    );
  }

  #refund(): string {
    const payment = this.#pick(
      this.#world.store.rows('payments').filter(({ capturedMinor }) => capturedMinor > 0),
    );
    if (payment === undefined) return NOTHING;
    const number = this.operations.length;
    const context = contextOf(admin, 'refundPayment', number);
    const isPartial = this.#below(2) === 1;
    const amount = { amount: Math.ceil(payment.amountMinor / 3), currency: CURRENCY };
    const input = { reason: `operation ${number}`, ...(isPartial ? { amount } : {}) };
    return this.#send(`refund ${isPartial ? 'a third' : 'all'}`, 'refund', true, (server) =>
      server.payments.refundPayment(context, payment.id, input),
    );
  }

  #reschedule(): string {
    const order = this.#pick(this.#orders(['QUEUED', 'PENDING', 'CONFIRMED']));
    const requestedFor = this.#pick(this.#slots())!;
    if (order === undefined) return NOTHING;
    const number = this.operations.length;
    const context = contextOf(admin, 'changeFulfilment', number);
    const name = `promise order ${order.number} for ${requestedFor ?? 'as soon as possible'}`;
    return this.#send(name, 'other', true, (server) =>
      server.orders.changeFulfilment(context, {
        orderId: order.id,
        input: { requestedFor },
        ifMatch: null,
      }),
    );
  }
}
