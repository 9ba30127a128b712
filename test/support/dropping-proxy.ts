import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';

/** What the proxy does with a request: forward it, drop the server's response, or answer itself. */
export type Fate = 'pass' | 'drop' | { readonly status: number; readonly headers: Headers };

export interface ProxiedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** In milliseconds, monotonic. */
  readonly at: number;
}

export interface DroppingProxy {
  readonly url: string;
  readonly requests: readonly ProxiedRequest[];
  /** Sets the fates of the next requests; later ones pass. */
  next(...fates: Fate[]): void;
}

type Headers = Readonly<Record<string, string>>;

/** Starts a proxy between an HTTP client and a server that acts like an unreliable network. Closed after the file. */
export async function startDroppingProxy(target: string): Promise<DroppingProxy> {
  const requests: ProxiedRequest[] = [];
  const fates: Fate[] = [];
  const proxy = createServer(async (request, response) => {
    const { method = 'GET', url: path = '/', headers } = request;
    requests.push({ method, path, headers, at: performance.now() });
    const fate = fates.shift() ?? 'pass';
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (typeof fate === 'object') {
      response.writeHead(fate.status, fate.headers).end();
      return;
    }
    const answer = await fetch(`${target}${path}`, {
      method,
      headers: passedOn(headers),
      ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
    });
    const body = Buffer.from(await answer.arrayBuffer());
    if (fate === 'drop') response.destroy();
    else response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(body);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  after(() => {
    proxy.close();
    proxy.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    requests,
    next: (...added) => fates.push(...added),
  };
}

/** Returns the headers of the message, without those of its connection. */
function passedOn(headers: IncomingHttpHeaders): Record<string, string> {
  const ofConnection = ['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive'];
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      ofConnection.includes(name) ? [] : [[name, String(value)]],
    ),
  );
}
