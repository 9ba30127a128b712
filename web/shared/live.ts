import { useEffect, useRef, useState } from 'react';
import type { operations } from '../../clients/typescript/src/index.ts';
import { pathOnServer } from './paths.ts';
import { openTokenStream } from './token-stream.ts';

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
  '*' | 'log.sealed'
>;

/** The OpenAPI document has types but no values. This does not compile if the server adds or removes an event type. */
const byEventType: Readonly<Record<EventType, true>> = {
  'order.queued': true,
  'order.placed': true,
  'order.confirmed': true,
  'order.preparing': true,
  'order.ready': true,
  'order.completed': true,
  'order.cancelled': true,
  'order.failed': true,
  'order.rescheduled': true,
  'order.readdressed': true,
  'payment.initiated': true,
  'payment.captured': true,
  'payment.failed': true,
  'payment.flagged': true,
  'refund.created': true,
  'refund.succeeded': true,
  'refund.failed': true,
  'stock.adjusted': true,
  'prices.changed': true,
  'shop.changed': true,
  'customer.erased': true,
};

/** Every event type that the server sends. */
export const eventTypes = Object.keys(byEventType) as readonly EventType[];

/**
 * A stream that the server refuses, because the access token has expired or too many streams are open, is reopened
 * after this time, and after twice as long with each further refusal. Browsers hide the server's `Retry-After`.
 */
const REOPEN_AFTER_MS = 3_000;
const REOPEN_AFTER_MAX_MS = 60_000;

/**
 * Follows a stream while the component is mounted, and resumes it after a break. Returns false while it is not
 * connected, so that a page can show this. `onOpen`: earlier reads may be older than the first event to come, so they
 * have to be repeated. `token`: the bearer token to send in place of cookies.
 */
export function useLiveEvents(
  url: string | null,
  onEvent: (event: LiveEvent) => void,
  onOpen: () => void,
  token: string | null = null,
): boolean {
  const [isLive, setIsLive] = useState(false);
  const latest = useRef({ onEvent, onOpen });
  latest.current = { onEvent, onOpen };

  useEffect(() => {
    if (url === null) return;
    const listener: LiveListener = {
      onOpen() {
        setIsLive(true);
        latest.current.onOpen();
      },
      onEvent: (data) => latest.current.onEvent(JSON.parse(data) as LiveEvent),
      onBreak: () => setIsLive(false),
    };
    return token === null ? followByCookie(url, listener) : followByToken(url, token, listener);
  }, [url, token]);
  return isLive;
}

interface LiveListener {
  onOpen(): void;
  onEvent(data: string): void;
  onBreak(): void;
}

function followByCookie(url: string, { onOpen, onEvent, onBreak }: LiveListener): () => void {
  let source: EventSource;
  const reopening = createReopening(open);
  function open(): void {
    source = new EventSource(pathOnServer(url));
    source.onopen = () => {
      reopening.reset();
      onOpen();
    };
    source.onerror = () => {
      onBreak();
      if (source.readyState === EventSource.CLOSED) reopening.schedule();
    };
    for (const type of eventTypes) source.addEventListener(type, ({ data }) => onEvent(data));
  }
  open();
  return () => {
    reopening.stop();
    source.close();
  };
}

function followByToken(
  url: string,
  token: string,
  { onOpen, onEvent, onBreak }: LiveListener,
): () => void {
  let stream: ReturnType<typeof openTokenStream> | null = null;
  const reopening = createReopening(open);
  function open(): void {
    const lastEventId = stream?.lastEventId() ?? null;
    stream = openTokenStream(url, token, lastEventId, {
      onOpen,
      onEvent,
      onEnd(wasOpen) {
        if (wasOpen) reopening.reset();
        onBreak();
        reopening.schedule();
      },
    });
  }
  open();
  return () => {
    reopening.stop();
    stream?.close();
  };
}

/** Schedules the next attempt, after twice as long with each one that is refused. */
function createReopening(open: () => void) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let afterMs = REOPEN_AFTER_MS;
  return {
    schedule() {
      timer = setTimeout(open, afterMs);
      afterMs = Math.min(2 * afterMs, REOPEN_AFTER_MAX_MS);
    },
    reset() {
      afterMs = REOPEN_AFTER_MS;
    },
    stop: () => clearTimeout(timer),
  };
}
