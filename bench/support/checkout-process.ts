import http from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export interface CheckoutJob {
  readonly url: string;
  /** One customer each. */
  readonly tokens: readonly string[];
  readonly skus: readonly string[];
  readonly durationSeconds: number;
}

export interface CheckoutResult {
  readonly durationSeconds: number;
  readonly confirmed: number;
  /** Checkouts that met another answer than the one that they wanted. */
  readonly failures: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const CONFIRMED_WITHIN_MS = 10_000;
const LOOK_AGAIN_MS = 10;

process.once('message', (job: CheckoutJob) => {
  void run(job).then((result) => process.send?.(result));
});

async function run(job: CheckoutJob): Promise<CheckoutResult> {
  const startedAt = performance.now();
  const endsAt = startedAt + job.durationSeconds * 1_000;
  const durationsMs: number[] = [];
  let failures = 0;
  const customers = job.tokens.map(async (token, customer) => {
    for (let turn = 0; performance.now() < endsAt; turn += 1) {
      const begunAt = performance.now();
      const sku = job.skus[(customer * 97 + turn * 13) % job.skus.length]!;
      try {
        await checkOut(job.url, token, sku);
        durationsMs.push(performance.now() - begunAt);
      } catch (error) {
        failures += 1;
        if (failures === 1) process.stderr.write(`${error}\n`);
      }
    }
  });
  await Promise.all(customers);
  durationsMs.sort((one, other) => one - other);
  const at = (share: number) =>
    Math.round(durationsMs[Math.floor(durationsMs.length * share)] ?? 0);
  return {
    durationSeconds: (performance.now() - startedAt) / 1_000,
    confirmed: durationsMs.length,
    failures,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  };
}

async function checkOut(url: string, token: string, sku: string): Promise<void> {
  const call = (method: string, path: string, body?: object) =>
    send(url, token, method, path, body);
  await call('PUT', `/api/cart/items/${sku}`, { quantity: 1 });
  const order = await call('POST', '/api/cart/checkout', {});
  const { checkoutUrl } = await call('POST', '/api/payments/initiate', { orderId: order.id });
  const session = new URL(String(checkoutUrl)).pathname.split('/').at(-1);
  await call('POST', `/sandbox/sessions/${session}/actions`, { action: 'pay' });
  const deadline = performance.now() + CONFIRMED_WITHIN_MS;
  for (;;) {
    const { status } = await call('GET', `/api/orders/${order.id}`);
    if (status === 'CONFIRMED') return;
    if (performance.now() > deadline) throw new Error(`order ${order.id} stayed ${status}`);
    await delay(LOOK_AGAIN_MS);
  }
}

/** `fetch` takes four times the processor for it, which the server and its database would be short of. */
const agent = new http.Agent({ keepAlive: true });

function send(url: string, token: string, method: string, path: string, body?: object) {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = {
    authorization: `Bearer ${token}`,
    ...(text === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
  };
  return new Promise<Record<string, unknown>>((resolve, reject) => {
    const request = http.request(`${url}${path}`, { method, agent, headers }, (reply) => {
      let answer = '';
      reply.setEncoding('utf8');
      reply.on('data', (chunk: string) => {
        answer += chunk;
      });
      reply.once('error', reject);
      reply.once('end', () => {
        const { statusCode = 0 } = reply;
        if (statusCode >= 200 && statusCode < 300) resolve(answer === '' ? {} : JSON.parse(answer));
        else reject(new Error(`${method} ${path}: ${statusCode} ${answer}`));
      });
    });
    request.once('error', reject);
    request.end(text);
  });
}
