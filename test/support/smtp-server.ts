import { once } from 'node:events';
import type { Socket } from 'node:net';
import { after } from 'node:test';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import type { OnEnd } from './on-end.ts';
import { ownPort } from './own-port.ts';
import { type ParsedMail, parseMail } from './parse-mail.ts';

export interface ReceivedMail extends ParsedMail {
  readonly envelopeFrom: string;
  readonly envelopeTo: readonly string[];
}

/** What the server does instead of accepting a mail. */
export type SmtpFault =
  | { readonly at: 'connection' | 'sender' | 'recipient' | 'data'; readonly code: number }
  /** Reads the mail, calls `onHang`, and never answers: with `taken` the mail counts as received. */
  | { readonly at: 'hang'; readonly taken?: boolean; readonly onHang?: () => void };

export interface TestSmtpServer {
  /** Such as `smtp://127.0.0.1:40123`. */
  readonly url: string;
  readonly received: readonly ReceivedMail[];
  /** Returns the mails since the last call, and forgets them. */
  take(): ReceivedMail[];
  /** Null if the server works. */
  trouble: SmtpFault | null;
  /** Called for each recipient. Returns a status to refuse the recipient with, or null. */
  refuses: (recipient: string) => number | null;
  /** Refuses connections until `comeBack`, which uses the same port. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
}

class SmtpStatus extends Error {
  readonly responseCode: number;

  constructor(responseCode: number) {
    super(responseCode < 500 ? 'not now' : 'never');
    this.responseCode = responseCode;
  }
}

/** Starts a real SMTP server, without TLS or authentication unless set in `options`. Closed after the file. */
export async function startSmtpServer(
  options: SMTPServerOptions = {},
  onEnd: OnEnd = after,
): Promise<TestSmtpServer> {
  const received: ReceivedMail[] = [];
  const sockets = new Set<Socket>();
  const port = await ownPort();
  let running: SMTPServer | null = null;

  function refusal(at: SmtpFault['at']): SmtpStatus | null {
    const { trouble } = server;
    return trouble !== null && trouble.at === at && 'code' in trouble
      ? new SmtpStatus(trouble.code)
      : null;
  }

  async function listen(): Promise<void> {
    const smtp = new SMTPServer({
      disabledCommands: options.onAuth === undefined ? ['AUTH', 'STARTTLS'] : [],
      disableReverseLookup: true,
      onConnect: (_session, done) => done(refusal('connection')),
      onMailFrom: (_address, _session, done) => done(refusal('sender')),
      onRcptTo({ address }, _session, done) {
        const code = server.refuses(address);
        done(code === null ? refusal('recipient') : new SmtpStatus(code));
      },
      onData(stream, { envelope }, done) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const { trouble } = server;
          const hanging = trouble?.at === 'hang' ? trouble : null;
          const status = refusal('data');
          if (status === null && (hanging === null || hanging.taken === true)) {
            received.push({
              ...parseMail(Buffer.concat(chunks)),
              envelopeFrom: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
              envelopeTo: envelope.rcptTo.map(({ address }) => address),
            });
          }
          if (hanging === null) done(status);
          else hanging.onHang?.();
        });
      },
      ...options,
    });
    // A killed client breaks its connection.
    smtp.on('error', () => {});
    smtp.server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
    const listening = once(smtp.server, 'listening');
    smtp.listen(port, '127.0.0.1');
    await listening;
    running = smtp;
  }

  async function close(): Promise<void> {
    const closing = running;
    running = null;
    if (closing === null) return;
    const closed = new Promise<void>((resolve) => closing.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  }

  const server: TestSmtpServer = {
    get url() {
      return `smtp://127.0.0.1:${port}`;
    },
    received,
    take: () => received.splice(0),
    trouble: null,
    refuses: () => null,
    goAway: close,
    comeBack: listen,
  };
  onEnd(close);
  await listen();
  return server;
}
