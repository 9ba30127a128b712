import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';

/** What the proxy does with a request: pass it on, lose the answer after the server gave it, or answer by itself. */
export type Fate = 'pass' | 'drop' | { readonly status: number; readonly headers: Headers };

export interface ProxiedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** Milliseconds, rising. */
  readonly at: number;
}

export interface DroppingProxy {
  readonly url: string;
  readonly requests: readonly ProxiedRequest[];
  /** What happens to the next ones; all after them pass. */
  next(...fates: Fate[]): void;
}

type Headers = Readonly<Record<string, string>>;

/** Stands between an HTTP client and a server, as a bad line does; closed after the file. */
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

/** Those of the message, without those of the connection that it came by. */
function passedOn(headers: IncomingHttpHeaders): Record<string, string> {
  const ofConnection = ['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive'];
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      ofConnection.includes(name) ? [] : [[name, String(value)]],
    ),
  );
}
