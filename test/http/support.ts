import { connect } from 'node:net';
import { after } from 'node:test';
import { Type } from 'typebox';
import {
  type App,
  type Authenticator,
  Choice,
  IdParameter,
  MoneyValue,
  NoBody,
  Nullable,
} from '../../src/http/index.ts';
import { createHttpServer } from '../../src/http/server.ts';
import type { HttpServerOptions } from '../../src/http/server-options.ts';
import type { Caller } from '../../src/shared/caller.ts';
import { authErrors, unavailable } from '../../src/shared/common-errors.ts';
import { CodedError, defineErrors } from '../../src/shared/errors.ts';
import { newId } from '../../src/shared/ids.ts';
import { createTestLogger } from '../support/log-lines.ts';

/** A small shop of things in place of the modules, with routes of every kind that the shell distinguishes. */
export const thingErrors = defineErrors('things', {
  taken: [409, 'There is <one> already.', 'A `name` belongs to one thing.'],
});

const accessTable = {
  getOpenApiDocument: 'anyone',
  getProblemPage: 'anyone',
  getIcon: 'anyone',
  getDocs: 'anyone',
  getHealth: 'anyone',
  getMetrics: 'metrics',
  logIn: 'anyone',
  listThings: 'anyone',
  getThing: { roles: ['customer', 'kitchen', 'admin'] },
  makeThing: { roles: ['customer', 'admin'], scopes: ['catalog:write'], guests: true },
  renameThing: { roles: ['admin'] },
  touchThing: { roles: ['admin'] },
  removeThing: { roles: ['admin'] },
  breakThing: 'anyone',
  missThing: 'anyone',
  waitForThing: 'anyone',
  takeProviderEvent: 'anyone',
} as const;

function user(role: 'customer' | 'kitchen' | 'admin'): Caller {
  return { kind: 'user', id: newId(), role, vip: false, familyId: newId() };
}

const callers: Readonly<Record<string, Caller>> = {
  customer: user('customer'),
  kitchen: user('kitchen'),
  admin: user('admin'),
  'key-reading': { kind: 'api_key', id: newId(), scopes: ['orders:read'] },
  order: { kind: 'order', id: newId() },
  'key-writing': { kind: 'api_key', id: newId(), scopes: ['catalog:write'] },
};

/** Each token is the name of its caller; `away` cannot be checked at the moment. */
const authenticator: Authenticator = {
  async authenticate(token) {
    if (token === 'away') throw unavailable(new Error('the database is away'));
    const caller = callers[token];
    if (caller === undefined) throw new CodedError(authErrors.unauthenticated);
    return caller;
  },
};

export interface TestServer {
  readonly app: App;
  readonly url: string;
  readonly port: number;
  /** Lets the requests to `/api/wait` continue. */
  readonly release: () => void;
  /** The number of requests that have reached the handler of `/api/wait`. */
  readonly waiting: () => number;
}

export function testOptions(changes: Partial<HttpServerOptions> = {}): HttpServerOptions {
  return {
    accessTable,
    authenticator,
    publicUrl: 'https://shop.example',
    corsOrigins: ['https://front.example'],
    trustedProxies: [],
    logger: createTestLogger(),
    accessLog: true,
    errorCatalogue: Object.values(thingErrors),
    cookieSecure: true,
    version: '1.2.3',
    metricsToken: 'metrics-token',
    idleGraceMs: 10,
    ...changes,
  };
}

/** Starts a server on a free port and closes it after the file. */
export async function testServer(changes: Partial<HttpServerOptions> = {}): Promise<TestServer> {
  const app = await createHttpServer(testOptions(changes));
  const { promise, resolve } = Promise.withResolvers<void>();
  let waiting = 0;
  registerThings(app, () => {
    waiting += 1;
    return promise;
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  after(() => app.close());
  return { app, url, port: Number(new URL(url).port), release: resolve, waiting: () => waiting };
}

export function registerThings(app: App, wait: () => Promise<void>): void {
  const thing = Type.Object({ name: Type.String(), note: Nullable(Type.String()) });
  app.get(
    '/api/things',
    {
      schema: {
        operationId: 'listThings',
        tags: ['Things'],
        querystring: Type.Object({
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
          available: Type.Optional(Type.Boolean()),
          search: Type.Optional(Type.String({ maxLength: 20 })),
        }),
      },
    },
    async ({ query, caller, traceId }) => ({ query, caller: caller?.id ?? null, traceId }),
  );
  app.get(
    '/api/things/:id',
    {
      schema: {
        operationId: 'getThing',
        tags: ['Things'],
        params: IdParameter,
        response: { 200: thing },
      },
    },
    async () => ({ name: 'Kettle', note: null }),
  );
  app.post(
    '/api/things',
    {
      schema: {
        operationId: 'makeThing',
        tags: ['Things'],
        body: Type.Object({
          name: Type.String({ minLength: 1, maxLength: 20 }),
          price: Type.Optional(MoneyValue),
          kind: Type.Optional(Choice(['big', 'small'])),
          parts: Type.Optional(Type.Array(Type.Object({ count: Type.Integer() }))),
        }),
        response: { 201: Type.Object({ key: Nullable(Type.String()), hashes: Type.String() }) },
      },
      config: { errors: [thingErrors.taken] },
    },
    async ({ body, claim }, reply) => {
      if (body.name === 'taken') {
        reply.header('ETag', '"1"');
        throw new CodedError(thingErrors.taken, { extensions: { name: body.name } });
      }
      reply.code(201).header('Location', '/api/things/1');
      const hashes = claim === null ? '' : `${hex(claim.scopeHash)} ${hex(claim.requestHash)}`;
      return { key: claim?.key ?? null, hashes };
    },
  );
  app.patch(
    '/api/things/:id',
    {
      schema: {
        operationId: 'renameThing',
        tags: ['Things'],
        params: IdParameter,
        body: Type.Object({ name: Type.Optional(Type.String()) }),
      },
    },
    async ({ body }) => body,
  );
  app.post(
    '/api/things/:id/touch',
    {
      schema: { operationId: 'touchThing', tags: ['Things'], params: IdParameter, body: NoBody },
    },
    async ({ body }) => body,
  );
  app.delete(
    '/api/things/:id',
    { schema: { operationId: 'removeThing', tags: ['Things'], params: IdParameter } },
    async (_request, reply) => reply.code(204).send(),
  );
  app.post(
    '/api/auth/login',
    {
      schema: {
        operationId: 'logIn',
        tags: ['Accounts'],
        body: Type.Object({ email: Type.String() }),
      },
    },
    async ({ caller }, reply) => {
      reply.setCookie('__Host-holdfast_access', 'customer', { path: '/' });
      return { caller };
    },
  );
  app.get('/api/broken', { schema: { operationId: 'breakThing', tags: ['Things'] } }, async () => {
    throw new Error('the password of the database is hunter2');
  });
  app.get('/api/away', { schema: { operationId: 'missThing', tags: ['Things'] } }, async () => {
    throw unavailable(new Error('connect ECONNREFUSED 10.0.0.7'));
  });
  app.get('/api/wait', { schema: { operationId: 'waitForThing', tags: ['Things'] } }, async () => {
    await wait();
    return { done: true };
  });
  app.post(
    '/api/payments/webhook',
    {
      schema: { operationId: 'takeProviderEvent', tags: ['Things'] },
      config: { signedBody: true },
    },
    async ({ body, rawBody }) => ({ body, raw: rawBody?.toString('utf8') }),
  );
  app.get(
    '/metrics',
    { schema: { operationId: 'getMetrics' }, config: { page: true } },
    async () => 'requests 1\n',
  );
  app.get(
    '/health',
    { schema: { operationId: 'getHealth' }, config: { page: true } },
    async () => ({ status: 'ok' }),
  );
}

function hex(bytes: Buffer): string {
  return bytes.toString('hex');
}

export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly type: string;
  readonly title: string;
  readonly detail: string;
  readonly instance: string;
  readonly requestId: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
  readonly name?: string;
}

export async function problemOf(response: Response): Promise<Problem> {
  return (await response.json()) as Problem;
}

export function post(
  server: TestServer,
  path: string,
  body: string | Uint8Array<ArrayBuffer> | undefined,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body }),
  });
}

export interface RawReply {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Sends raw bytes and reads until the server closes the connection. */
export function sendRaw(port: number, ...chunks: readonly string[]): Promise<RawReply> {
  const { promise, resolve, reject } = Promise.withResolvers<RawReply>();
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.setEncoding('latin1');
  socket.on('connect', () => {
    for (const chunk of chunks) socket.write(chunk, 'latin1');
  });
  socket.on('data', (chunk: string) => {
    text += chunk;
  });
  // The server may close while we are still writing; what it sent before counts.
  socket.on('error', (error) => {
    if (text === '') reject(error);
  });
  socket.on('close', () => {
    const end = text.indexOf('\r\n\r\n');
    const head = text.slice(0, end);
    resolve({ status: Number(head.split(' ')[1]), head, body: text.slice(end + 4) });
  });
  return promise;
}
