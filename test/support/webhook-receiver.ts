import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import type { RawWebhook } from '../../src/drivers/payments/payment-provider.ts';

export interface WebhookReceiver {
  readonly url: string;
  /** All received webhooks, including refused ones. */
  readonly received: readonly RawWebhook[];
  /** Sets the statuses of the next responses; 200 after them. `null` closes the connection without a response. */
  answerNext(...statuses: (number | null)[]): void;
}

/** Starts the merchant's receiver of webhooks over HTTP. Closed after the file. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const received: RawWebhook[] = [];
  const answers: (number | null)[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.push({ headers: request.headers, body: Buffer.concat(chunks), now: new Date() });
    const [status] = answers.length === 0 ? [200] : answers.splice(0, 1);
    if (status === null) response.destroy();
    else response.writeHead(status ?? 200).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/webhook`,
    received,
    answerNext: (...statuses) => answers.push(...statuses),
  };
}
