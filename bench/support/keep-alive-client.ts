import net from 'node:net';

export interface Reply {
  readonly status: number;
  readonly body: string;
}

const HEAD_END = '\r\n\r\n';

/**
 * A client with one connection, one request at a time and replies with a `content-length`: all that a customer of the
 * load needs. Node's own client uses about four times the processor time, which the server and its database would lack.
 */
export class KeepAliveClient {
  readonly #socket: net.Socket;
  readonly #head: string;
  #received = '';
  #waiting: { resolve(reply: Reply): void; reject(error: Error): void } | null = null;

  /** `headers` are sent with every request. */
  constructor(url: string, headers: Readonly<Record<string, string>>) {
    const { hostname, port, host } = new URL(url);
    const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}`);
    this.#head = lines.join('\r\n');
    this.#socket = net.connect(Number(port), hostname);
    this.#socket.setNoDelay(true);
    // One character per byte, so that lengths are those on the wire. A body is decoded when it is complete.
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (text: unknown) => this.#receive(text as string));
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(new Error('the connection was closed')));
  }

  get isClosed(): boolean {
    return this.#socket.destroyed;
  }

  /** `headers` are those of this request alone. */
  send(
    method: string,
    path: string,
    body?: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) {
        reject(new Error('the connection was closed'));
        return;
      }
      this.#waiting = { resolve, reject };
      const described =
        body === undefined
          ? ''
          : `\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}`;
      const own = Object.entries(headers).map(([name, value]) => `\r\n${name}: ${value}`);
      this.#socket.write(
        `${method} ${path} HTTP/1.1\r\n${this.#head}${own.join('')}${described}${HEAD_END}${body ?? ''}`,
      );
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(text: string): void {
    this.#received += text;
    const headLength = this.#received.indexOf(HEAD_END);
    if (headLength < 0) return;
    const head = this.#received.slice(0, headLength);
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    const begin = headLength + HEAD_END.length;
    if (this.#received.length < begin + length) return;
    const body = Buffer.from(this.#received.slice(begin, begin + length), 'latin1').toString();
    this.#received = this.#received.slice(begin + length);
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.resolve({ status: Number(head.slice(9, 12)), body });
  }

  #fail(error: Error): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.reject(error);
  }
}
