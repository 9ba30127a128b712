import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface StatementRecorder {
  /** The given URL through this recorder. */
  readonly url: string;
  /** The round trips so far, in the order in which they started. */
  readonly roundTrips: readonly RoundTrip[];
  close(): Promise<void>;
}

export interface RoundTrip {
  /** The names of the statements that were sent together; without a name, the first word of their text. */
  readonly statements: readonly string[];
  /** All statements of its transaction so far; without one, its own. */
  readonly transaction: readonly string[];
}

/** Starts a proxy in front of a PostgreSQL server that records what its clients send. */
export async function startStatementRecorder(target: string): Promise<StatementRecorder> {
  const { hostname, port } = new URL(target);
  const roundTrips: RoundTrip[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(port || 5432), hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    let current: string[] | null = null;
    let transaction: string[] | null = null;
    const readStatements = createStatementReader();
    client.on('data', (bytes) => {
      for (const statement of readStatements(bytes)) {
        if (statement === 'begin') transaction = [];
        if (current === null) {
          current = [];
          roundTrips.push({ statements: current, transaction: transaction ?? current });
        }
        current.push(statement);
        transaction?.push(statement);
        if (statement === 'commit' || statement === 'rollback') transaction = null;
      }
    });
    upstream.on('data', () => {
      current = null;
    });
    client.pipe(upstream).pipe(client);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  const url = new URL(target);
  url.host = `127.0.0.1:${address.port}`;
  return {
    url: url.href,
    roundTrips,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Messages of the client. Source: PostgreSQL documentation, "Message Formats". */
const BIND = 'B';
const QUERY = 'Q';

/** Creates a function that returns the statements that begin in the next bytes of a client. */
function createStatementReader(): (bytes: Buffer) => string[] {
  let rest: Buffer = Buffer.alloc(0);
  let isStarted = false;
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    const statements: string[] = [];
    for (;;) {
      // The first message has no type.
      const head = isStarted ? 1 : 0;
      if (rest.length < head + 4) return statements;
      const end = head + rest.readInt32BE(head);
      if (rest.length < end) return statements;
      const body = rest.subarray(head + 4, end);
      const type = isStarted ? String.fromCharCode(rest[0]!) : null;
      if (type === BIND) statements.push(readTexts(body, 2)[1] || 'unnamed');
      if (type === QUERY) statements.push(/\w+/.exec(readTexts(body, 1)[0]!)?.[0] ?? '');
      isStarted = true;
      rest = rest.subarray(end);
    }
  };
}

function readTexts(body: Buffer, count: number): string[] {
  return body.toString('utf8').split('\0', count);
}
