import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { Courier } from './courier.ts';
import { Tally } from './tally.ts';

type Step = (response: ServerResponse) => void;

const lost: Step = (response) => response.destroy();
const answer =
  (status: number, code = ''): Step =>
  (response) => {
    const text = JSON.stringify({ code });
    response.writeHead(status, { 'content-length': Buffer.byteLength(text) }).end(text);
  };

const steps: Step[] = [];
const server = createServer((request, response) => {
  request.resume().on('end', () => steps.shift()!(response));
}).listen(0, '127.0.0.1');
await once(server, 'listening');
after(() => {
  server.close();
  server.closeAllConnections();
});
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** Returns the result of a request whose tries end like this. */
async function settle(...tries: Step[]): Promise<string> {
  steps.push(...tries);
  const tally = new Tally();
  const courier = new Courier({ urls: () => [url], random: () => 0, tally });
  const call = { kind: 'order', method: 'POST', path: '/', body: {} };
  const { result } = await courier.settle(call);
  courier.close();
  assert.deepEqual(steps, [], 'every try was made');
  assert.equal(tally.byKind.order?.[result], 1);
  return result;
}

test('an answer counts, also after tries without one', async () => {
  assert.equal(await settle(answer(201)), 'ok');
  assert.equal(await settle(lost, answer(503), answer(201)), 'ok');
});

test('a refusal proves that nothing was done, unless an earlier try may still be going on', async () => {
  assert.equal(await settle(answer(409)), 'refused');
  assert.equal(await settle(lost, answer(409)), 'unknown');
  assert.equal(await settle(answer(409, 'idempotency.in_flight'), answer(409)), 'unknown');
});

test('a request that is never answered is unknown', async () => {
  assert.equal(await settle(...Array.from({ length: 6 }, () => lost)), 'unknown');
});
