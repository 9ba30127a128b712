import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import { Webhook } from 'standardwebhooks';
import type { OnEnd } from './on-end.ts';

/** A received message, verified with the package of Standard Webhooks itself. */
export interface ReceivedEvent {
  /** The header `webhook-id`. */
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: {
    readonly id: string;
    readonly type: string;
    readonly subject?: string;
    readonly sequence?: number;
    readonly data: Record<string, unknown>;
  };
  /** The order of arrival; increases. */
  readonly place: number;
}

/** Null or undefined means 204. A function answers itself, or not at all. */
export type Answer = number | null | undefined | ((response: ServerResponse) => void);

export interface EventReceiver {
  readonly url: string;
  /** The genuine messages in order of arrival, whatever the response was. */
  readonly received: readonly ReceivedEvent[];
  /** Messages that no secret verifies. */
  readonly forged: readonly string[];
  /** Returns the genuine messages since the last call, and forgets them. */
  take(): ReceivedEvent[];
  /** Adds valid secrets. */
  trust(...secrets: string[]): void;
  /** Sets the response to all further messages. */
  answer(by: (event: ReceivedEvent) => Answer): void;
  /** Returns all messages about one order. */
  ofOrder(orderId: string): readonly ReceivedEvent[];
}

/** Starts the receiving system of a shop, over HTTP. Closed after the file. */
export async function startEventReceiver(onEnd: OnEnd = after): Promise<EventReceiver> {
  const received: ReceivedEvent[] = [];
  const forged: string[] = [];
  const secrets: string[] = [];
  let arrived = 0;
  let answerOf: (event: ReceivedEvent) => Answer = () => null;

  const server = createServer(async (request, response) => {
    response.on('error', () => {});
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const text = Buffer.concat(chunks).toString('utf8');
    const headers = request.headers as Record<string, string>;
    if (!secrets.some((secret) => fits(secret, text, headers))) {
      forged.push(text);
      response.writeHead(401).end();
      return;
    }
    const event = {
      id: headers['webhook-id']!,
      headers: request.headers,
      body: JSON.parse(text) as ReceivedEvent['body'],
      place: arrived,
    };
    arrived += 1;
    received.push(event);
    const answer = answerOf(event);
    if (typeof answer === 'function') answer(response);
    else response.writeHead(answer ?? 204).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onEnd(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/events`,
    received,
    forged,
    take: () => received.splice(0),
    trust: (...added) => secrets.push(...added),
    answer(by) {
      answerOf = by;
    },
    ofOrder: (orderId) => received.filter(({ body }) => body.subject === orderId),
  };
}

function fits(secret: string, text: string, headers: Record<string, string>): boolean {
  try {
    new Webhook(secret).verify(text, headers);
    return true;
  } catch {
    return false;
  }
}

/** Checks that the events of one order, apart from repeats, arrived in its sequence. */
export function assertInOrder(events: readonly ReceivedEvent[]): void {
  const seen = new Set<string>();
  let last = 0;
  for (const { id, body } of events) {
    if (seen.has(id)) continue;
    seen.add(id);
    assert.ok(body.sequence! > last, `sequence ${body.sequence} came after ${last}`);
    last = body.sequence!;
  }
}
