import type { WebhookAnswer, WebhookSender } from '../../../src/drivers/webhooks/webhook-sender.ts';
import type { Process } from '../process.ts';
import type { Surroundings } from './world.ts';

/** An event that a receiver has got. */
export interface Received {
  readonly url: string;
  readonly eventId: string;
  readonly orderId: string | null;
  readonly sequence: number;
}

/** The systems of the shop that are told of events. */
export class SimulatedReceivers {
  isFlaky = false;
  readonly received: Received[] = [];
  readonly #world: Surroundings;

  constructor(world: Surroundings) {
    this.#world = world;
  }

  /** Notes an event. The receiver must have got those before it of the same order, as far as it wants them. */
  #receive(event: Received): void {
    const { url, orderId, sequence } = event;
    const known = new Set(
      this.received
        .filter((one) => one.url === url && one.orderId === orderId)
        .map((one) => one.sequence),
    );
    this.received.push(event);
    if (orderId === null || known.has(sequence)) return;
    const { store } = this.#world;
    const { eventTypes } = store.rows('webhook_endpoints').find((one) => one.url === url)!;
    for (const one of store.rows('events')) {
      if (one.order_id !== orderId || one.sequence >= sequence || known.has(one.sequence)) continue;
      if (!eventTypes.includes('*') && !eventTypes.includes(one.type)) continue;
      this.#world.fail(`inv_webhook_deliveries: ${url} got ${sequence} before ${one.sequence}`);
    }
  }

  sender(process: Process): WebhookSender {
    const world = this.#world;
    return {
      post: ({ url, body, signal }) => {
        const { promise, resolve } = Promise.withResolvers<WebhookAnswer>();
        const sent = JSON.parse(body.toString());
        world.add({
          label: `${process.name} posts ${sent.type} ${sent.sequence} to ${url}`,
          process,
          happen: () => {
            const fault = this.isFlaky ? world.choices.below(8) : 0;
            if (signal.aborted || fault === 1) {
              resolve({ kind: 'unreachable', reason: 'it did not arrive' });
              return 'it does not arrive';
            }
            if (fault === 2) {
              resolve({ kind: 'answered', status: 500, location: null });
              return 'answered 500';
            }
            const orderId = sent.subject ?? null;
            const event = { url, eventId: sent.id, orderId, sequence: sent.sequence ?? 0 };
            this.#receive(event);
            if (fault === 3) {
              resolve({ kind: 'unreachable', reason: 'no answer' });
              return 'received, and the answer is lost';
            }
            resolve({ kind: 'answered', status: 200, location: null });
            return 'received';
          },
        });
        return promise;
      },
    };
  }
}
