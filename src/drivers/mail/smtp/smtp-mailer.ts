import { createTransport } from 'nodemailer';
import { isLoopbackHost } from '../../../shared/loopback.ts';
import { composeMessage, getDomain } from '../compose-message.ts';
import { extractMessageId, type Mailer, MailRefusedError, type Sender } from '../mailer.ts';

export interface SmtpMailerOptions {
  /** `smtp://user:password@host:587`, which turns to TLS where the server offers it, or `smtps://host:465`. */
  readonly url: string;
  readonly sender: Sender;
  /** How long the server may be silent. Default: 30 s, since some look through a message before they take it. */
  readonly timeoutMs?: number;
}

/** Several mails travel over one connection; more connections than this make a small server refuse us. */
const CONNECTIONS_MAX = 5;
const TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** Four for each connection: a server that nobody reaches has them all waited for within 40 s. */
const AT_ONCE_MAX = 4 * CONNECTIONS_MAX;
/** The commands by which a server judges the address and the message. What it says to others is about us or itself. */
const JUDGING_COMMANDS = new Set(['RCPT TO', 'DATA']);

/** Sends by a mail server. Certificates are always verified; a password never goes over a connection without TLS. */
export function createSmtpMailer({
  url,
  sender,
  timeoutMs = TIMEOUT_MS,
}: SmtpMailerOptions): Mailer {
  const transport = createTransport({
    pool: true,
    ...buildConnectionOptions(url, timeoutMs),
    maxConnections: CONNECTIONS_MAX,
    // A mail that was cut off is sent again by whoever asked for it, who knows how often it was tried.
    maxRequeues: 0,
    idleTimeout: 30_000,
  });
  // Errors of idle connections: the next mail opens another.
  transport.on('error', () => {});
  return {
    kind: 'smtp',
    atOnceMax: AT_ONCE_MAX,
    async send(mail, { signal } = {}) {
      const message = composeMessage(mail, sender);
      try {
        await transport.sendMail(signal === undefined ? message : { ...message, signal });
      } catch (error) {
        throw isRefusal(error) ? new MailRefusedError(error.message, { cause: error }) : error;
      }
    },
    getMessageId: (mail) => extractMessageId(getDomain(sender), mail),
    async close() {
      transport.close({ force: true });
    },
  };
}

/** Connects and signs in as for a mail, and sends none. Rejects with the reason when that is not to be had. */
export async function checkSmtpServer(url: string, timeoutMs: number): Promise<void> {
  const transport = createTransport(buildConnectionOptions(url, timeoutMs));
  try {
    await transport.verify();
  } finally {
    transport.close();
  }
}

function buildConnectionOptions(url: string, timeoutMs: number) {
  const { host, port, secure, auth } = readSmtpUrl(url);
  const connectTimeoutMs = Math.min(timeoutMs, CONNECT_TIMEOUT_MS);
  return {
    host,
    ...(port === undefined ? {} : { port }),
    secure,
    // A relay on the same machine has no certificate, and nobody listens in between.
    ...(auth === undefined ? {} : { auth, requireTLS: !secure && !isLoopbackHost(host) }),
    dnsTimeout: connectTimeoutMs,
    connectionTimeout: connectTimeoutMs,
    greetingTimeout: connectTimeoutMs,
    socketTimeout: timeoutMs,
  };
}

/** A 5xx to the address or the message, or an address that no server could be asked for. */
function isRefusal(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { code, command, permanent } = error as {
    code?: string;
    command?: string;
    permanent?: boolean;
  };
  if (command === 'API') return code === 'EENVELOPE';
  return permanent === true && JUDGING_COMMANDS.has(command ?? '');
}

interface SmtpServer {
  readonly host: string;
  readonly port: number | undefined;
  readonly secure: boolean;
  readonly auth: { readonly user: string; readonly pass: string } | undefined;
}

function readSmtpUrl(text: string): SmtpServer {
  const url = new URL(text);
  const auth = { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) };
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? undefined : Number(url.port),
    secure: url.protocol === 'smtps:',
    auth: auth.user === '' ? undefined : auth,
  };
}
