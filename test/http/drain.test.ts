import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { until } from '../support/until.ts';
import { untilClosed } from '../support/until-closed.ts';
import { sendRaw, type TestServer, testServer } from './support.ts';

/** Sends one request over a kept-alive connection of the agent. */
function send(
  server: TestServer,
  agent: Agent,
  path: string,
): Promise<{ status: number; close: boolean }> {
  return new Promise((resolve, reject) => {
    const sent = request(server.url + path, { agent }, (response) => {
      response.resume();
      response.on('end', () => {
        const close = response.headers.connection === 'close';
        resolve({ status: response.statusCode ?? 0, close });
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}

test('a stop under load loses no request on open connections', async () => {
  const server = await testServer({ idleGraceMs: 5_000 });
  let stopping: Promise<unknown> | null = null;
  let answered = 0;
  const clients = Array.from({ length: 20 }, async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (;;) {
      const { status, close } = await send(server, agent, '/api/things');
      assert.equal(status, 200);
      answered += 1;
      if (answered === 400) stopping = server.app.close();
      if (close) return;
    }
  });
  await Promise.all(clients);
  assert.ok(answered >= 400);
  await stopping;
  await assert.rejects(sendRaw(server.port, 'GET / HTTP/1.1\r\n\r\n'), { code: 'ECONNREFUSED' });
});

test('requests in flight are answered, and open replies are notified of the stop', async () => {
  const server = await testServer();
  const agent = new Agent({ keepAlive: true });
  const slow = send(server, agent, '/api/wait');
  await until(async () => assert.equal(server.waiting(), 1));
  const notified = once(server.app.stopping, 'abort');
  const closed = server.app.close();
  await notified;
  server.release();
  assert.deepEqual(await slow, { status: 200, close: true });
  await closed;
});

test('a stop does not wait forever', async () => {
  const server = await testServer({ drainTimeoutMs: 50 });
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write('GET /api/wait HTTP/1.1\r\nHost: a\r\n\r\n');
  await until(async () => assert.equal(server.waiting(), 1));
  const ended = untilClosed(socket);
  await server.app.close();
  await ended;
});
