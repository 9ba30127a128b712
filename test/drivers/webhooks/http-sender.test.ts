import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { freePort } from '../../../src/database/embedded/free-port.ts';
import {
  createHttpSender,
  type HttpSenderOptions,
} from '../../../src/drivers/webhooks/http/http-sender.ts';

/** Starts a server on loopback that counts connections and requests. */
async function listen(onRequest: RequestListener) {
  const calls = { connections: 0, requests: 0 };
  const server = createServer((request, response) => {
    calls.requests += 1;
    response.on('error', () => {});
    onRequest(request, response);
  });
  server.on('connection', () => {
    calls.connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { calls, port: (server.address() as AddressInfo).port };
}

function post(url: string, options: Partial<HttpSenderOptions> = {}, signal?: AbortSignal) {
  return createHttpSender({ allowPrivateTargets: true, ...options }).post({
    url,
    headers: { 'content-type': 'text/plain', 'webhook-id': 'x' },
    body: Buffer.from('hello'),
    signal: signal ?? new AbortController().signal,
  });
}

const resolvesTo =
  (...addresses: readonly string[]): NonNullable<HttpSenderOptions['resolve']> =>
  (_hostname, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );

test('the result is the status of the response, and the receiver gets the bytes that were sent', async () => {
  let text = '';
  const { port } = await listen(async (request, response) => {
    assert.equal(request.method, 'POST');
    assert.equal(request.headers['webhook-id'], 'x');
    for await (const chunk of request) text += String(chunk);
    response.writeHead(202).end('taken');
  });
  const answer = await post(`http://127.0.0.1:${port}/a?b=c`);
  assert.deepEqual(answer, { kind: 'answered', status: 202, location: null });
  assert.equal(text, 'hello');
});

test('a redirect is a result and is not followed', async () => {
  const target = await listen((_request, response) => response.writeHead(200).end());
  const { port } = await listen((_request, response) =>
    response.writeHead(307, { location: `http://127.0.0.1:${target.port}/secret` }).end(),
  );
  const location = `http://127.0.0.1:${target.port}/secret`;
  assert.deepEqual(await post(`http://127.0.0.1:${port}`), {
    kind: 'answered',
    status: 307,
    location,
  });
  assert.equal(target.calls.connections, 0);
});

test('an endless response body is abandoned after a little', async () => {
  let isClosed = false;
  let bytes = 0;
  const { port } = await listen((_request, response) => {
    const pour = () => {
      if (isClosed) return;
      bytes += 64 * 1024;
      if (response.write(Buffer.alloc(64 * 1024))) setImmediate(pour);
      else response.once('drain', pour);
    };
    response.once('close', () => {
      isClosed = true;
    });
    response.writeHead(200);
    pour();
  });
  const answer = await post(`http://127.0.0.1:${port}`, { timeoutMs: 60_000 });
  assert.deepEqual(answer, { kind: 'answered', status: 200, location: null });
  // At most what the sockets between the two buffer.
  assert.ok(bytes < 64 * 1024 * 1024, `${bytes} bytes`);
});

test('a response that is late or incomplete is a timeout', async () => {
  const silent = await listen(() => {});
  const answer = await post(`http://127.0.0.1:${silent.port}`, { timeoutMs: 100 });
  assert.deepEqual(answer, { kind: 'unreachable', reason: 'no response within 0.1 s' });

  const unending = await listen((_request, response) => response.writeHead(200).flushHeaders());
  const status = await post(`http://127.0.0.1:${unending.port}`, { timeoutMs: 500 });
  assert.deepEqual(status, { kind: 'answered', status: 200, location: null });
});

test('a closed port, a dropped connection and garbage count as no response', async () => {
  const { port } = await listen((request) => request.socket.destroy());
  const garbage = await listen((request) => request.socket.end('nonsense\r\n\r\n'));
  const closed = await listen(() => {});
  const unused = await freePort(null);
  const urls = [
    `http://127.0.0.1:${port}`,
    `http://127.0.0.1:${garbage.port}`,
    `https://127.0.0.1:${closed.port}`,
    `http://127.0.0.1:${unused}`,
  ];
  for (const url of urls) {
    const answer = await post(url);
    assert.equal(answer.kind, 'unreachable', url);
    assert.notEqual(answer.kind === 'unreachable' && answer.reason, '', url);
  }
});

test('a call aborted by its caller ends at once', async () => {
  const stopping = new AbortController();
  const { port } = await listen(() => stopping.abort(new Error('stopped')));
  const answer = await post(`http://127.0.0.1:${port}`, { timeoutMs: 60_000 }, stopping.signal);
  assert.equal(answer.kind, 'unreachable');
});

test('a private address is refused before connecting', async () => {
  const { calls, port } = await listen((_request, response) => response.writeHead(200).end());
  for (const host of ['127.0.0.1', '[::ffff:127.0.0.1]', 'localhost', '2130706433']) {
    const answer = await post(`http://${host}:${port}`, { allowPrivateTargets: false });
    assert.equal(answer.kind, 'refused', host);
  }
  assert.equal(calls.connections, 0);
});

test('a name that resolves to a private address, even one of several, is refused before connecting', async () => {
  const { calls, port } = await listen((_request, response) => response.writeHead(200).end());
  for (const addresses of [['127.0.0.1'], ['::1'], ['203.0.114.1', '10.0.0.1'], []]) {
    const answer = await post(`http://receiver.example:${port}`, {
      allowPrivateTargets: false,
      resolve: resolvesTo(...addresses),
    });
    assert.equal(answer.kind, 'refused', addresses.join());
  }
  assert.equal(calls.connections, 0);
});

test("neither a cloud's metadata nor a system port is reached, even where private targets are allowed", async () => {
  const { calls, port } = await listen((_request, response) => response.end());
  for (const url of [
    'http://169.254.169.254/latest/',
    'http://[fd00:ec2::254]/',
    'http://metadata.google.internal/',
    'http://127.0.0.1:22/',
  ]) {
    assert.equal((await post(url)).kind, 'refused', url);
  }
  for (const address of ['169.254.169.254', 'fd00:ec2::254', '::ffff:169.254.169.254']) {
    const resolve = resolvesTo('127.0.0.1', address);
    const answer = await post(`http://receiver.example:${port}/`, { resolve });
    assert.deepEqual(answer, {
      kind: 'refused',
      reason: `receiver.example resolves to a cloud's metadata, ${address}`,
    });
  }
  assert.equal(calls.connections, 0);
});

test('a name is resolved once, and the connection uses the checked address', async () => {
  const { calls, port } = await listen((_request, response) => response.writeHead(200).end());
  let lookups = 0;
  const answer = await post(`http://receiver.example:${port}`, {
    resolve(hostname, options, callback) {
      lookups += 1;
      assert.equal(hostname, 'receiver.example');
      // A second lookup would lead to a closed port.
      resolvesTo(lookups === 1 ? '127.0.0.1' : '127.0.0.2')(hostname, options, callback);
    },
  });
  assert.deepEqual(answer, { kind: 'answered', status: 200, location: null });
  assert.deepEqual([lookups, calls.requests], [1, 1]);
});

test('an unknown name counts as no response', async () => {
  const answer = await post('http://receiver.example', {
    resolve: (_hostname, _options, callback) =>
      callback(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }), []),
  });
  assert.deepEqual(answer, { kind: 'unreachable', reason: 'getaddrinfo ENOTFOUND' });
});
