import { createTransport } from 'nodemailer';
import { composeMessage, getDomain } from '../compose-message.ts';
import { MailRefusedError, type SendingMailer } from '../mailer.ts';

export interface SmtpMailerOptions {
  /** `smtp://user:password@host:587`, which upgrades to TLS if the server offers it, or `smtps://host:465`. */
  readonly url: string;
  /** Whether mail is sent over TLS only. Otherwise a server that does not offer it gets the mail and the password. */
  readonly requiresTls: boolean;
  /** The address of the sender. */
  readonly from: string;
  /** How long the server may be silent. Default: 30 s, because some scan a message before they accept it. */
  readonly timeoutMs?: number;
}

/** A connection carries several mails. A small server refuses more connections than this. */
const CONNECTIONS_MAX = 5;
const TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** Four for each connection: if a server is unreachable, all of them time out within 40 s. */
const AT_ONCE_MAX = 4 * CONNECTIONS_MAX;
/**
 * The commands whose response judges the address and the message. Errors on other commands concern us or the server.
 */
const JUDGING_COMMANDS = new Set(['RCPT TO', 'DATA']);

/** Sends through an SMTP server. Where TLS is used, the server's certificate and name are always verified. */
export function createSmtpMailer({
  url,
  requiresTls,
  from,
  timeoutMs = TIMEOUT_MS,
}: SmtpMailerOptions): SendingMailer {
  const transport = createTransport({
    pool: true,
    ...buildConnectionOptions({ url, requiresTls, timeoutMs }),
    maxConnections: CONNECTIONS_MAX,
    // The caller sends a mail again that was cut off, because it counts the attempts.
    maxRequeues: 0,
    idleTimeout: 30_000,
  });
  // Errors of idle connections: the next mail opens a new one.
  transport.on('error', () => {});
  return {
    kind: 'smtp',
    concurrencyMax: AT_ONCE_MAX,
    messageIdDomain: getDomain(from),
    async send(mail, { signal } = {}) {
      const message = composeMessage(mail, from);
      try {
        await transport.sendMail(signal === undefined ? message : { ...message, signal });
      } catch (error) {
        throw isRefusal(error) ? new MailRefusedError(error.message, { cause: error }) : error;
      }
    },
    async close() {
      transport.close({ force: true });
    },
  };
}

/** Connects and signs in as for a mail, but sends none. Rejects with the reason if either fails. */
export async function checkSmtpServer(server: SmtpServerOptions): Promise<void> {
  const transport = createTransport(buildConnectionOptions(server));
  try {
    await transport.verify();
  } finally {
    transport.close();
  }
}

type SmtpServerOptions = Required<Omit<SmtpMailerOptions, 'from'>>;

function buildConnectionOptions({ url, requiresTls, timeoutMs }: SmtpServerOptions) {
  const { host, port, secure, auth } = readSmtpUrl(url);
  const connectTimeoutMs = Math.min(timeoutMs, CONNECT_TIMEOUT_MS);
  return {
    host,
    ...(port === undefined ? {} : { port }),
    secure,
    requireTLS: requiresTls && !secure,
    ...(auth === undefined ? {} : { auth }),
    dnsTimeout: connectTimeoutMs,
    connectionTimeout: connectTimeoutMs,
    greetingTimeout: connectTimeoutMs,
    socketTimeout: timeoutMs,
  };
}

/**
 * Returns whether the server answered the address or the message with a 5xx, or the address cannot be sent to any
 * server.
 */
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
