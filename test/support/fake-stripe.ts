import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import { Stripe } from 'stripe';
import type { RawWebhook } from '../../src/drivers/payments/payment-provider.ts';
import { pause } from '../../src/shared/pause.ts';
import { type Form, fields, parseForm } from './stripe/form.ts';
import { type StripeEvent, stripeId } from './stripe/objects.ts';
import { StripeRefusal, StripeState } from './stripe/state.ts';

/**
 * The failure of one POST. `drop` and `fail-after` happen after the effect: the first closes the connection instead of
 * answering, the second answers 500 and repeats that for the idempotency key, as Stripe does.
 */
export type StripeFault =
  | { readonly kind: 'drop' }
  | { readonly kind: 'fail-after' }
  | { readonly kind: 'answer'; readonly status: 409 | 429 | 500 | 503 }
  | { readonly kind: 'slow'; readonly delayMs: number };

export interface StripeRequest {
  readonly method: string;
  readonly path: string;
  readonly key: string | null;
  readonly version: string | null;
  readonly form: Form;
}

export interface SignOptions {
  readonly secret?: string;
  /** The time of the signature. Default: now. */
  readonly at?: Date;
}

export interface DeliveryOptions extends SignOptions {
  /** How often each event is sent under one id. Default: 1. */
  readonly times?: number;
  /** The delay of the first event in milliseconds. Default: 0. */
  readonly delayMs?: number;
}

/** A small Stripe on a free port, closed after the file: the API over HTTP, and `books` for everything else. */
export interface FakeStripe {
  readonly apiBase: string;
  readonly secretKey: string;
  readonly webhookSecret: string;
  readonly books: StripeState;
  readonly requests: readonly StripeRequest[];
  /** Sets one fault for each of the next POSTs. */
  failNext(...faults: StripeFault[]): void;
  /** Sets whether every call is answered with a 503. */
  goAway(isAway: boolean): void;
  sign(event: StripeEvent | string, options?: SignOptions): RawWebhook;
  /** Sends events to a URL one after the other and resolves with the statuses of the responses. */
  deliver(
    url: string,
    events: readonly StripeEvent[],
    options?: DeliveryOptions,
  ): Promise<number[]>;
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

export async function startFakeStripe(): Promise<FakeStripe> {
  const secretKey = stripeId('sk_test');
  const webhookSecret = stripeId('whsec');
  const requests: StripeRequest[] = [];
  const faults: StripeFault[] = [];
  const keptAnswers = new Map<string, { readonly request: string; readonly answer: Answer }>();
  const keysInFlight = new Set<string>();
  let apiBase = '';
  let isAway = false;
  const books = new StripeState(() => `${apiBase}/pay/${stripeId('page')}`);

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  apiBase = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  after(() => {
    server.close();
    // The SDK keeps its connections open.
    server.closeAllConnections();
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', headers } = request;
    const { pathname, search } = new URL(request.url ?? '/', apiBase);
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    const form = parseForm(method === 'POST' ? body : search.slice(1));
    const key = getHeaderText(headers['idempotency-key']);
    const version = getHeaderText(headers['stripe-version']);
    requests.push({ method, path: pathname, key, version, form });

    const fault = method === 'POST' ? faults.shift() : undefined;
    if (key !== null && keysInFlight.has(key)) return send(response, failure(409));
    if (fault?.kind === 'slow') await slowly(key, fault.delayMs);
    if (fault?.kind === 'answer') return send(response, failure(fault.status));
    if (isAway) return send(response, failure(503));
    if (headers.authorization !== `Bearer ${secretKey}`) return send(response, unauthorized);
    const call = () => act(books, method, pathname, form);
    if (method !== 'POST' || key === null) return send(response, buildAnswer(call));

    const isReplay = keptAnswers.has(key);
    const answer = answerOnce(key, `${pathname}\n${body}`, call, fault?.kind === 'fail-after');
    if (fault?.kind === 'drop') {
      response.destroy();
      return;
    }
    send(response, answer, isReplay ? { 'idempotent-replayed': 'true' } : {});
  }

  async function slowly(key: string | null, delayMs: number): Promise<void> {
    if (key !== null) keysInFlight.add(key);
    await pause(delayMs);
    if (key !== null) keysInFlight.delete(key);
  }

  /** One key has one effect and one response. A request that fails validation does not use the key. */
  function answerOnce(
    key: string,
    request: string,
    call: () => object,
    failsAfter: boolean,
  ): Answer {
    const kept = keptAnswers.get(key);
    if (kept !== undefined) return kept.request === request ? kept.answer : keyReused;
    const done = buildAnswer(call);
    const answer = failsAfter ? failure(500) : done;
    if (answer.status !== 400) keptAnswers.set(key, { request, answer });
    return answer;
  }

  function sign(event: StripeEvent | string, { secret, at = new Date() }: SignOptions = {}) {
    const payload = typeof event === 'string' ? event : JSON.stringify(event);
    const signature = Stripe.webhooks.generateTestHeaderString({
      payload,
      secret: secret ?? webhookSecret,
      timestamp: Math.floor(at.getTime() / 1000),
    });
    const headers = { 'stripe-signature': signature, 'content-type': 'application/json' };
    return { headers, body: Buffer.from(payload), now: new Date() };
  }

  return {
    apiBase,
    secretKey,
    webhookSecret,
    books,
    requests,
    failNext: (...next) => void faults.push(...next),
    goAway(away) {
      isAway = away;
    },
    sign,
    async deliver(url, events, { times = 1, delayMs = 0, ...options } = {}) {
      if (delayMs > 0) await pause(delayMs);
      const statuses: number[] = [];
      for (const event of events) {
        for (let count = 0; count < times; count += 1) {
          const { headers, body } = sign(event, options);
          const reply = await fetch(url, { method: 'POST', headers, body });
          await reply.body?.cancel();
          statuses.push(reply.status);
        }
      }
      return statuses;
    },
  };
}

function act(books: StripeState, method: string, path: string, form: Form): object {
  const [, collection = path, id = '', action] =
    /^\/v1\/(checkout\/sessions|refunds|payment_intents|charges)(?:\/(\w+))?(?:\/(\w+))?$/.exec(
      path,
    ) ?? [];
  switch (`${method} ${collection}${id === '' ? '' : '/:id'}${action ? `/${action}` : ''}`) {
    case 'POST checkout/sessions':
      return books.createSession(form);
    case 'GET checkout/sessions/:id':
      return books.readSession(id, Object.values(fields(form, 'expand')));
    case 'POST checkout/sessions/:id/expire':
      return books.expireSession(id);
    case 'POST refunds':
      return books.createRefund(form);
    case 'GET refunds':
      return books.listRefunds(form);
    case 'GET refunds/:id':
      return books.readRefund(id);
    default:
      throw new StripeRefusal(404, { message: `Unrecognized request URL (${method}: ${path}).` });
  }
}

function buildAnswer(call: () => object): Answer {
  try {
    return { status: 200, body: structuredClone(call()) };
  } catch (error) {
    if (!(error instanceof StripeRefusal)) throw error;
    return { status: error.status, body: { error: error.error } };
  }
}

const keyReused: Answer = {
  status: 400,
  body: {
    error: {
      type: 'idempotency_error',
      message: 'Keys for idempotent requests can only be used with the same parameters.',
    },
  },
};

const unauthorized: Answer = {
  status: 401,
  body: { error: { type: 'invalid_request_error', message: 'Invalid API Key provided: sk_***' } },
};

function failure(status: 409 | 429 | 500 | 503): Answer {
  const errors = {
    409: { type: 'idempotency_error', code: 'idempotency_key_in_use', message: 'Key in use.' },
    429: { type: 'invalid_request_error', code: 'rate_limit', message: 'Too many requests.' },
    500: { type: 'api_error', message: 'An unknown error occurred.' },
    503: { type: 'api_error', message: 'Try again later.' },
  };
  return { status, body: { error: errors[status] } };
}

function send(response: ServerResponse, { status, body }: Answer, headers: object = {}): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'request-id': stripeId('req'),
    ...headers,
  });
  response.end(JSON.stringify(body));
}

function getHeaderText(header: string | string[] | undefined): string | null {
  return typeof header === 'string' ? header : null;
}
