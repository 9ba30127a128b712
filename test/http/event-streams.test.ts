import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, describe, test } from 'node:test';
import {
  type Authenticator,
  eventText,
  sendEventStream,
  type Write,
} from '../../src/http/index.ts';
import { createHttpServer } from '../../src/http/server.ts';
import type { HttpServerOptions } from '../../src/http/server-options.ts';
import type { Caller } from '../../src/shared/caller.ts';
import { authErrors, requestErrors, unavailable } from '../../src/shared/common-errors.ts';
import { CodedError } from '../../src/shared/errors.ts';
import { newId } from '../../src/shared/ids.ts';
import { type EventReader, openEvents } from '../support/event-reader.ts';
import { testOptions } from './support.ts';

/** Starts a server with one stream, to which the test writes. */
async function streamServer(changes: Partial<HttpServerOptions> = {}) {
  const { accessTable } = testOptions();
  let caller: Caller | Error = kitchen();
  const authenticator: Authenticator = {
    async authenticate() {
      if (caller instanceof Error) throw caller;
      return caller;
    },
  };
  const app = await createHttpServer(
    testOptions({
      accessTable: {
        ...accessTable,
        followThings: { roles: ['kitchen', 'admin'], scopes: ['orders:read'], guests: true },
      },
      everyRuleNeedsRoute: false,
      authenticator,
      ...changes,
    }),
  );
  const writers: Write[] = [];
  let ceasedCount = 0;
  let gate = Promise.resolve();
  app.get('/api/follow', { schema: { operationId: 'followThings' } }, (request, reply) =>
    sendEventStream(request, reply, async (write) => {
      if (request.headers['x-absent'] === 'yes') throw new CodedError(requestErrors.notFound);
      writers.push(write);
      await gate;
      return () => {
        ceasedCount += 1;
      };
    }),
  );
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  after(() => app.close());
  return {
    app,
    url,
    writers,
    ceasedCount: () => ceasedCount,
    /** Delays the start of streams until the returned function is called. */
    delayStreams() {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    },
    /** Sets the caller that the credential stands for from now on, or the error of checking it. */
    setCaller(now: Caller | Error) {
      caller = now;
    },
    open: (headers: Record<string, string> = {}) =>
      openEvents(url, '/api/follow', { authorization: 'Bearer somebody', ...headers }),
  };
}

type StreamServer = Awaited<ReturnType<typeof streamServer>>;

function kitchen(): Caller {
  return { kind: 'user', id: newId(), role: 'kitchen', vip: false, familyId: newId() };
}

async function untilCeased(server: StreamServer, count = 1): Promise<void> {
  while (server.ceasedCount() < count) await ticks(1);
}

const text = (number: number) =>
  eventText(String(number), 'thing.made', { number, name: 'Crème brûlée\n\ndata: no' });

const LARGE = eventText('1', 'thing.made', { text: 'x'.repeat(100_000) });
/** 20 MB in total: more than sockets buffer. */
const LARGE_COUNT = 200;

/** Stops reading while `LARGE_COUNT` events are being written. Returns the promise of the end of writing. */
async function untilHeldBack(server: StreamServer, { socket }: EventReader) {
  socket.pause();
  const [write] = server.writers;
  let written = 0;
  const writing = (async () => {
    for (; written < LARGE_COUNT; written += 1) await write!(LARGE);
  })();
  for (let before = -1; before !== written; ) {
    before = written;
    await ticks(200);
  }
  assert.ok(written < LARGE_COUNT, 'the writer was never held back');
  return { writing };
}

/** Waits for `count` ticks of the event loop. */
async function ticks(count: number): Promise<void> {
  for (let tick = 0; tick < count; tick += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('a stream of events', () => {
  test('announces at once to readers and proxies that it is open', async () => {
    const server = await streamServer();
    const reader = await server.open();
    assert.equal(reader.status, 200);
    assert.equal(reader.headers['content-type'], 'text/event-stream; charset=utf-8');
    assert.equal(reader.headers['x-accel-buffering'], 'no');
    assert.equal(reader.headers['cache-control'], 'private, no-store');
    assert.match(reader.headers.vary ?? '', /Authorization, Cookie/);
  });

  test('delivers events whole and in order, whatever their texts contain', async () => {
    const server = await streamServer();
    const reader = await server.open();
    for (let number = 1; number <= 500; number += 1) await server.writers[0]!(text(number));
    await reader.until(({ events }) => events.length === 500);
    reader.events.forEach(({ id, event, data }, index) => {
      assert.equal(id, String(index + 1));
      assert.equal(event, 'thing.made');
      assert.deepEqual(data, { number: index + 1, name: 'Crème brûlée\n\ndata: no' });
    });
  });

  test('sends comments regularly while nothing happens', async () => {
    const server = await streamServer({ streamHeartbeatMs: 20 });
    const reader = await server.open();
    await reader.until(({ comments }) => comments.length >= 3);
    assert.deepEqual(reader.events, []);
  });

  test('releases its source when the reader disconnects', async () => {
    const server = await streamServer();
    const reader = await server.open();
    reader.close();
    await untilCeased(server);
    assert.equal(server.app.eventStreams.openCount, 0);
    await server.writers[0]!(text(1));
  });

  test('is refused like any request if it cannot start', async () => {
    const server = await streamServer();
    const reader = await server.open({ 'x-absent': 'yes' });
    assert.equal(reader.status, 404);
    assert.match(reader.headers['content-type'] ?? '', /^application\/problem\+json/);
    assert.equal(server.app.eventStreams.openCount, 0);
  });

  test('answers HEAD like GET without staying open', async () => {
    const server = await streamServer();
    const reply = await fetch(`${server.url}/api/follow`, {
      method: 'HEAD',
      headers: { authorization: 'Bearer somebody' },
    });
    assert.equal(reply.status, 200);
    assert.equal(reply.headers.get('content-type'), 'text/event-stream; charset=utf-8');
    assert.equal(server.ceasedCount(), 1);
    assert.equal(server.app.eventStreams.openCount, 0);
  });

  test('is refused beyond the maximum number of streams', async () => {
    const server = await streamServer({ streamsMax: 2 });
    const first = await server.open();
    await server.open();
    const third = await server.open();
    assert.equal(third.status, 503);
    assert.ok(third.headers['retry-after']);
    first.close();
    await untilCeased(server);
    assert.equal((await server.open()).status, 200);
  });
});

describe('the limit of 20 open streams per caller', () => {
  const OPEN_MAX = 20;

  async function openAll(server: StreamServer): Promise<EventReader[]> {
    const readers = await Promise.all(Array.from({ length: OPEN_MAX }, () => server.open()));
    assert.deepEqual(new Set(readers.map(({ status }) => status)), new Set([200]));
    return readers;
  }

  test('refuses the next stream and states when to retry', async () => {
    const server = await streamServer();
    await openAll(server);
    const refused = await server.open();
    assert.equal(refused.status, 429);
    assert.match(refused.headers['retry-after'] ?? '', /^[1-9]\d*$/);
    await refused.until(({ text }) => text().includes('"code":"request.rate_limited"'));
    assert.equal(server.writers.length, OPEN_MAX);
  });

  test('holds for any number of concurrent requests', async () => {
    const server = await streamServer();
    const letGo = server.delayStreams();
    const opening = Array.from({ length: 3 * OPEN_MAX }, () => server.open());
    while (server.writers.length < OPEN_MAX) await ticks(1);
    letGo();
    const statuses = (await Promise.all(opening)).map(({ status }) => status);
    assert.equal(statuses.filter((status) => status === 200).length, OPEN_MAX);
    assert.equal(statuses.filter((status) => status === 429).length, 2 * OPEN_MAX);
  });

  test('is counted separately for another caller, whether a user or a key', async () => {
    const server = await streamServer();
    await openAll(server);
    server.setCaller({ kind: 'api_key', id: newId(), scopes: ['orders:read'] });
    await openAll(server);
    assert.equal((await server.open()).status, 429);
  });

  test('admits a new stream after one has ended, however it ended', async () => {
    const server = await streamServer();
    const readers = await openAll(server);
    readers[0]!.close();
    await untilCeased(server);
    assert.equal((await server.open()).status, 200);
    readers[1]!.close();
    await untilCeased(server, 2);
    // Neither a stream that cannot start nor a HEAD request counts.
    for (let absent = 0; absent < 2 * OPEN_MAX; absent += 1) {
      assert.equal((await server.open({ 'x-absent': 'yes' })).status, 404);
    }
    const head = { method: 'HEAD', headers: { authorization: 'Bearer somebody' } };
    for (let asked = 0; asked < 2 * OPEN_MAX; asked += 1) {
      assert.equal((await fetch(`${server.url}/api/follow`, head)).status, 200);
    }
    assert.equal((await server.open()).status, 200);
    assert.equal(server.app.eventStreams.openCount, OPEN_MAX);

    server.setCaller(new CodedError(authErrors.unauthenticated));
    while (server.app.eventStreams.openCount > 0) await ticks(1);
    assert.deepEqual([...server.app.eventStreams.openOfCaller.keys()], []);
  });
});

describe('a reader that does not read', () => {
  /** Writes at most about 100 MB: more than any socket buffers. */
  async function flood(write: Write, isDone: () => boolean): Promise<void> {
    for (let count = 0; count < 1_000 && !isDone(); count += 1) {
      void write(LARGE);
      await ticks(1);
    }
  }

  test('is dropped once too much is waiting for it', async () => {
    const server = await streamServer();
    const reader = await server.open();
    reader.socket.pause();
    await flood(server.writers[0]!, () => server.ceasedCount() > 0);
    assert.equal(server.ceasedCount(), 1);
    reader.socket.resume();
    await reader.ended();
  });

  test('delays no other reader', async () => {
    const server = await streamServer();
    const [lazy, eager] = [await server.open(), await server.open()];
    lazy.socket.pause();
    await flood(server.writers[0]!, () => server.ceasedCount() > 0);
    await server.writers[1]!(text(7));
    await eager.until(({ events }) => events.length === 1);
  });

  test('blocks a writer that waits for it, and is not dropped for that', async () => {
    const server = await streamServer();
    const reader = await server.open();
    const { writing } = await untilHeldBack(server, reader);
    assert.equal(server.ceasedCount(), 0);
    reader.socket.resume();
    await writing;
    await reader.until(({ events }) => events.length === LARGE_COUNT);
    assert.equal(server.ceasedCount(), 0);
  });
});

describe('a stream whose reader loses the right to read', () => {
  /** Five seconds are promised; the limit allows for a busy machine. */
  const WITHIN_MS = 60_000;
  const ends: readonly [string, Caller | Error][] = [
    ['when the credential is no longer valid', new CodedError(authErrors.unauthenticated)],
    ['when the role has changed', { ...kitchen(), role: 'admin' } as Caller],
    [
      'when the role may not read it',
      { kind: 'user', id: newId(), role: 'customer', vip: false, familyId: newId() },
    ],
    ['when the scopes do not include it', { kind: 'api_key', id: newId(), scopes: [] }],
    ['when the check fails with an unexpected error', new TypeError('a fault')],
  ];
  for (const [name, now] of ends) {
    test(`ends ${name}, within five seconds`, async () => {
      const server = await streamServer();
      const reader = await server.open();
      const startedAt = performance.now();
      server.setCaller(now);
      await reader.ended();
      assert.ok(performance.now() - startedAt < WITHIN_MS);
      await untilCeased(server);
    });
  }

  test('ends after a while with the token of an order, which is read again with the order', async () => {
    const caller = { kind: 'order', id: newId() } as const;
    const guests = await streamServer({ orderStreamMs: 50 });
    guests.setCaller(caller);
    const reader = await guests.open();
    await reader.ended();
    await untilCeased(guests);
    const others = await streamServer({ orderStreamMs: 1, streamHeartbeatMs: 20 });
    const other = await others.open();
    await other.until(({ comments }) => comments.length >= 5);
  });

  test('stays open while the right cannot be checked', async () => {
    const server = await streamServer({ streamHeartbeatMs: 100 });
    const reader = await server.open();
    server.setCaller(unavailable(new Error('the database is away')));
    // The right is checked once for every ten comments.
    await reader.until(({ comments }) => comments.length >= 25);
    server.setCaller(new CodedError(authErrors.unauthenticated));
    await reader.ended();
  });

  test('ends although the reader has not yet received everything written', async () => {
    const server = await streamServer();
    const reader = await server.open();
    const { writing } = await untilHeldBack(server, reader);
    assert.equal(server.ceasedCount(), 0);
    server.setCaller(new CodedError(authErrors.unauthenticated));
    await untilCeased(server);
    await writing;
    reader.socket.resume();
    await reader.ended();
    assert.ok(reader.events.length < LARGE_COUNT);
  });
});

test('a stream requested while the server stops is complete, so that its reader reconnects', async () => {
  const server = await streamServer();
  const letGo = server.delayStreams();
  const opening = server.open();
  await once(server.app.server, 'request');
  const stopping = once(server.app.stopping, 'abort');
  const closed = server.app.close();
  await stopping;
  letGo();
  const reader = await opening;
  assert.equal(reader.status, 200);
  await reader.ended();
  assert.match(reader.text(), /^retry: /);
  await closed;
});

test('a stop ends the streams and does not wait for their readers', async () => {
  const server = await streamServer({ drainTimeoutMs: 60_000 });
  const readers = await Promise.all([server.open(), server.open()]);
  const closing = server.app.close();
  await Promise.all(readers.map((reader) => reader.ended()));
  await closing;
  assert.equal(server.ceasedCount(), 2);
});

test('a reader that disconnects while the stream is being opened leaves nothing behind', async () => {
  const server = await streamServer();
  const letGo = server.delayStreams();
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.write('GET /api/follow HTTP/1.1\r\nhost: a\r\nauthorization: Bearer somebody\r\n\r\n');
  const [, response] = await once(server.app.server, 'request');
  const gone = new Promise((resolve) => response.once('close', resolve));
  socket.destroy();
  await gone;
  letGo();
  await untilCeased(server);
  assert.equal(server.app.eventStreams.openCount, 0);
});
