import { useEffect, useRef, useState } from 'react';
import type { operations } from '../../clients/typescript/src/index.ts';
import { pathOnServer } from './paths.ts';

/** One event of a live stream, as the server sends it. */
export interface LiveEvent {
  readonly id: string;
  readonly type: string;
  readonly orderId: string | null;
  readonly sequence: number | null;
  readonly from: string | null;
  readonly to: string | null;
  readonly at: string;
  readonly data: Readonly<Record<string, unknown>>;
}

type EventType = Exclude<
  operations['createWebhookEndpoint']['requestBody']['content']['application/json']['eventTypes'][number],
  '*'
>;

/** The document gives types and no values: this does not compile when the server tells of another type, or of one less. */
const told: Readonly<Record<EventType, true>> = {
  'order.queued': true,
  'order.placed': true,
  'order.confirmed': true,
  'order.preparing': true,
  'order.ready': true,
  'order.completed': true,
  'order.cancelled': true,
  'order.failed': true,
  'payment.initiated': true,
  'payment.captured': true,
  'payment.failed': true,
  'payment.flagged': true,
  'refund.created': true,
  'refund.succeeded': true,
  'refund.failed': true,
  'stock.adjusted': true,
};

/** What the server tells of. */
export const eventTypes = Object.keys(told) as readonly EventType[];

/**
 * Refused by the server, as when an access token has run out or too many streams are open: it is opened anew after so long,
 * and after twice as long each time that it is refused again. A browser does not show how long the server asks to wait.
 */
const REOPEN_AFTER_MS = 3_000;
const REOPEN_AFTER_MAX_MS = 60_000;

/**
 * Listens while the component is shown, and again after a break, from where it was. False while it is not connected, so
 * that a page can say so. `onOpen`: what was read before may be older than the first event that will be told, so it has
 * to be read once more.
 */
export function useLiveEvents(
  url: string | null,
  onEvent: (event: LiveEvent) => void,
  onOpen: () => void,
): boolean {
  const [isLive, setIsLive] = useState(false);
  const latest = useRef({ onEvent, onOpen });
  latest.current = { onEvent, onOpen };

  useEffect(() => {
    if (url === null) return;
    let source: EventSource;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let reopenAfterMs = REOPEN_AFTER_MS;
    const open = () => {
      source = new EventSource(pathOnServer(url));
      source.onopen = () => {
        reopenAfterMs = REOPEN_AFTER_MS;
        setIsLive(true);
        latest.current.onOpen();
      };
      source.onerror = () => {
        setIsLive(false);
        if (source.readyState !== EventSource.CLOSED) return;
        timer = setTimeout(open, reopenAfterMs);
        reopenAfterMs = Math.min(2 * reopenAfterMs, REOPEN_AFTER_MAX_MS);
      };
      for (const type of eventTypes) {
        source.addEventListener(type, ({ data }) =>
          latest.current.onEvent(JSON.parse(data) as LiveEvent),
        );
      }
    };
    open();
    return () => {
      clearTimeout(timer);
      source.close();
    };
  }, [url]);
  return isLive;
}
