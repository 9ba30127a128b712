import { connect, type Socket } from 'node:net';
import { after } from 'node:test';
import { PATIENT_MS } from './patience.ts';
import type { Session } from './session.ts';

export interface StreamedEvent {
  readonly id: string;
  readonly event: string;
  readonly data: {
    readonly id: string;
    readonly type: string;
    readonly orderId: string | null;
    readonly sequence: number | null;
    readonly from: string | null;
    readonly to: string | null;
    readonly at: string;
    readonly data: Record<string, unknown>;
  };
}

/** One open stream of events, read over a separate socket as a client would. */
export interface EventReader {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** All events received so far, oldest first. */
  readonly events: readonly StreamedEvent[];
  /** Lines that began with a colon. */
  readonly comments: readonly string[];
  /** Whether the stream ended properly rather than with its connection. */
  readonly isComplete: boolean;
  readonly socket: Socket;
  /** The body so far, for a response that is not a stream. */
  text(): string;
  /** Resolves when the condition holds. Rejects if the stream ends first, or after two minutes. */
  until(holds: (reader: EventReader) => boolean): Promise<void>;
  /** Resolves when the stream has ended; rejects after two minutes. */
  ended(): Promise<void>;
  close(): void;
}

const TIMEOUT_MS = PATIENT_MS;

/** Opens a stream and resolves when its headers have arrived. Closed after the file at the latest. */
export async function openEvents(
  url: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<EventReader> {
  const { hostname, port, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  after(() => socket.destroy());
  socket.setNoDelay(true);
  const lines = Object.entries({ host, accept: 'text/event-stream', ...headers });
  socket.write(`GET ${path} HTTP/1.1\r\n${lines.map(([n, v]) => `${n}: ${v}\r\n`).join('')}\r\n`);

  let raw = '';
  let body: string | null = null;
  let isOver = false;
  let isComplete = false;
  let listeners: (() => void)[] = [];
  const events: StreamedEvent[] = [];
  const comments: string[] = [];
  const head = { status: 0, headers: {} as Record<string, string> };

  // Makes the length of a chunk in bytes its length in characters.
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => {
    raw += text;
    if (body === null) readHead();
    if (body !== null) readChunks();
    tell();
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    isOver = true;
    tell();
  });

  function tell(): void {
    const told = listeners;
    listeners = [];
    for (const listener of told) listener();
  }

  function readHead(): void {
    const end = raw.indexOf('\r\n\r\n');
    if (end === -1) return;
    const [first = '', ...rest] = raw.slice(0, end).split('\r\n');
    head.status = Number(first.split(' ')[1]);
    for (const line of rest) {
      const colon = line.indexOf(':');
      head.headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    raw = raw.slice(end + 4);
    body = '';
  }

  function readChunks(): void {
    if (head.headers['transfer-encoding'] !== 'chunked') {
      body += raw;
      raw = '';
      return;
    }
    for (;;) {
      const lineEnd = raw.indexOf('\r\n');
      if (lineEnd === -1) break;
      const length = Number.parseInt(raw.slice(0, lineEnd), 16);
      if (raw.length < lineEnd + 2 + length + 2) break;
      body += raw.slice(lineEnd + 2, lineEnd + 2 + length);
      raw = raw.slice(lineEnd + 2 + length + 2);
      if (length === 0) {
        isOver = true;
        isComplete = true;
        socket.end();
        return;
      }
    }
    readBlocks();
  }

  function readBlocks(): void {
    for (let end = body!.indexOf('\n\n'); end !== -1; end = body!.indexOf('\n\n')) {
      const fields: Record<string, string> = {};
      for (const line of body!.slice(0, end).split('\n')) {
        const colon = line.indexOf(':');
        if (colon === 0) comments.push(line);
        else fields[line.slice(0, colon)] = line.slice(colon + 1).trimStart();
      }
      body = body!.slice(end + 2);
      if (fields.data === undefined) continue;
      const { id = '', event = '' } = fields;
      const data = Buffer.from(fields.data, 'latin1').toString('utf8');
      events.push({ id, event, data: JSON.parse(data) as StreamedEvent['data'] });
    }
  }

  async function wait(holds: () => boolean): Promise<void> {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    while (!holds()) {
      if (isOver) throw new Error(`the stream ended after ${events.length} events`);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const onTimeout = () => reject(new Error(`nothing more after ${events.length} events`));
      timeout.addEventListener('abort', onTimeout, { once: true });
      listeners.push(resolve);
      await promise.finally(() => timeout.removeEventListener('abort', onTimeout));
    }
  }

  const reader: EventReader = {
    get status() {
      return head.status;
    },
    get headers() {
      return head.headers;
    },
    get isComplete() {
      return isComplete;
    },
    events,
    comments,
    socket,
    text: () => body ?? '',
    until: (holds) => wait(() => holds(reader)),
    ended: () => wait(() => isOver),
    close: () => socket.destroy(),
  };
  await wait(() => body !== null);
  return reader;
}

/** Opens a stream as a signed-in caller. */
export function follow(
  url: string,
  session: Session,
  path: string,
  lastEventId?: string,
): Promise<EventReader> {
  return openEvents(url, path, {
    authorization: `Bearer ${session.identity.accessToken}`,
    ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
  });
}
