import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  /** The given URL through this proxy. */
  readonly url: string;
  /** Closes every connection and every new one at once, as if the server were down. */
  cut(): void;
  /** Accepts connections, but passes nothing on in either direction, as if the network lost every packet. */
  silence(): void;
  /** Passes everything on that much later. */
  delay(ms: number): void;
  /**
   * Passes the next COMMIT to the server, and closes its connection instead of passing on the answer. Resolves when
   * that has happened. Only for connections without TLS.
   */
  loseCommitAnswer(): Promise<void>;
  /** Passes everything on again, also what was withheld. */
  restore(): void;
  close(): Promise<void>;
}

/** The end of the message with which `pg` sends a COMMIT, and that of the answer. */
const COMMIT = Buffer.from('commit\0');
const COMMITTED = Buffer.from('COMMIT\0');

/** Starts a proxy in front of a PostgreSQL server, so that a test can make the server unavailable. */
export async function startTcpProxy(target: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let state: 'open' | 'cut' | 'silent' = 'open';
  let delayMs = 0;
  let onCommit: (() => void) | null = null;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    if (state === 'silent') socket.pause();
  };

  /** Returns whether these bytes contain the COMMIT whose answer is to be lost. */
  function takeCommit(chunk: Buffer): (() => void) | null {
    if (onCommit === null || !chunk.includes(COMMIT)) return null;
    const lost = onCommit;
    onCommit = null;
    return lost;
  }

  function passOn(client: Socket, upstream: Socket): void {
    let loseAnswer: (() => void) | null = null;
    const writeUpstream = createDelayedWriter(upstream, () => delayMs);
    const writeClient = createDelayedWriter(client, () => delayMs);
    client.on('data', (chunk: Buffer) => {
      loseAnswer ??= takeCommit(chunk);
      writeUpstream(chunk);
    });
    upstream.on('data', (chunk: Buffer) => {
      if (loseAnswer === null) return writeClient(chunk);
      if (!chunk.includes(COMMITTED)) return;
      client.destroy();
      loseAnswer();
    });
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  }

  const server = createServer((client) => {
    keep(client);
    if (state === 'cut') {
      client.destroy();
      return;
    }
    const upstream = connect(Number(port || 5432), hostname);
    keep(upstream);
    passOn(client, upstream);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  const url = new URL(target);
  url.host = `127.0.0.1:${address.port}`;
  const cut = () => {
    state = 'cut';
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    cut,
    silence() {
      state = 'silent';
      for (const socket of sockets) socket.pause();
    },
    delay(ms) {
      delayMs = ms;
    },
    loseCommitAnswer() {
      const { promise, resolve } = Promise.withResolvers<void>();
      onCommit = resolve;
      return promise;
    },
    restore() {
      state = 'open';
      delayMs = 0;
      for (const socket of sockets) socket.resume();
    },
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Returns a function that writes each chunk after the delay of its moment, and never before an earlier chunk. */
function createDelayedWriter(to: Socket, delayMs: () => number): (chunk: Buffer) => void {
  const waiting: { readonly chunk: Buffer; readonly dueAt: number }[] = [];

  function writeDue(): void {
    const now = performance.now();
    while (waiting.length > 0 && waiting[0]!.dueAt <= now) {
      const { chunk } = waiting.shift()!;
      if (to.writable) to.write(chunk);
    }
    if (waiting.length > 0) setTimeout(writeDue, waiting[0]!.dueAt - now);
  }

  return (chunk) => {
    const ms = delayMs();
    if (ms === 0 && waiting.length === 0) {
      to.write(chunk);
      return;
    }
    waiting.push({ chunk, dueAt: performance.now() + ms });
    if (waiting.length === 1) setTimeout(writeDue, ms);
  };
}
