import type {
  Delivery,
  Message,
  QueueDriver,
  ReceiveOptions,
} from '../../../src/drivers/queue/queue.ts';
import { newId } from '../../../src/shared/ids.ts';

export function buildMessage(changes: Partial<Message> = {}): Message {
  return {
    jobId: newId(),
    name: 'test.job',
    priority: 'normal',
    sending: 1,
    delayMs: 0,
    ...changes,
  };
}

/** Receives messages of normal priority, or none after half a second. */
export function receiveNow(
  driver: QueueDriver,
  queue: string,
  changes: Partial<ReceiveOptions> = {},
): Promise<Delivery[]> {
  const signal = new AbortController().signal;
  return driver.receive(queue, 'normal', {
    max: 10,
    leaseMs: 30_000,
    waitMs: 500,
    signal,
    ...changes,
  });
}

export const listIds = (messages: readonly { readonly jobId: string }[]) =>
  messages.map(({ jobId }) => jobId);
