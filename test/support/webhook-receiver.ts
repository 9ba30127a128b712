import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import type { RawWebhook } from '../../src/drivers/payments/payment-provider.ts';

export interface WebhookReceiver {
  readonly url: string;
  /** All that came, also what was refused. */
  readonly received: readonly RawWebhook[];
  /** Statuses of the next answers; 200 when there are none. `null` closes the line without one. */
  answerNext(...statuses: (number | null)[]): void;
}

/** The merchant's end of a webhook, over HTTP; closed after the file. */
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
