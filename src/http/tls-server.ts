import { constants } from 'node:crypto';
import type { RequestListener, Server } from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { FastifyServerFactoryHandler } from 'fastify';
import type { Channel } from '../shared/channel.ts';

/** A certificate, with those of its chain after it, and its private key, both in PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** What the server presents. It may be replaced while the server runs. */
export interface PresentedKeyPair {
  readonly current: () => KeyPair;
  readonly changes: Pick<Channel<KeyPair>, 'subscribe'>;
  /** Called when a client and the server could not agree on an encrypted connection. */
  readonly onFailure: (reason: HandshakeFailure, address: string | null) => void;
}

export const handshakeFailures = [
  /** The client sent http. */
  'plain_http',
  /** The client does not trust the certificate. */
  'untrusted',
  /** The client did not finish in time. */
  'timeout',
  /** The client went away, or has no version or cipher in common with the server. */
  'other',
] as const;
export type HandshakeFailure = (typeof handshakeFailures)[number];

/** Source: Mozilla, "Server Side TLS", intermediate, as in deploy/nginx/tls.conf: the strongest first. */
const CIPHERS = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
];

/** Builds what Node needs to present a pair. Throws in `tls.createSecureContext` for a pair that OpenSSL refuses. */
export function secureContextOptions({ certificate, key }: KeyPair) {
  return {
    cert: certificate,
    key,
    minVersion: 'TLSv1.2',
    ciphers: CIPHERS.join(':'),
    ecdhCurve: 'X25519:prime256v1:secp384r1',
    honorCipherOrder: true,
    // Without tickets, whose key would have to be rotated, or old sessions could be read with it. Proxies keep their
    // connections, so a new session is rare.
    secureOptions:
      constants.SSL_OP_NO_TICKET |
      constants.SSL_OP_NO_RENEGOTIATION |
      constants.SSL_OP_PRIORITIZE_CHACHA,
  } as const;
}

export interface TlsServer {
  readonly server: Server;
  /** Closes the connections whose handshake is not finished, of which Node's own methods know nothing. */
  closeHandshakes(): void;
}

/** Creates a server that speaks HTTP/1.1 over TLS and nothing else. A handshake has as long as a request. */
export function createTlsServer(
  handler: FastifyServerFactoryHandler,
  keyPair: PresentedKeyPair,
  options: https.ServerOptions & { readonly requestTimeout: number },
): TlsServer {
  const server = https.createServer(
    {
      ...options,
      ...secureContextOptions(keyPair.current()),
      ALPNProtocols: ['http/1.1'],
      handshakeTimeout: options.requestTimeout,
    },
    handler as RequestListener,
  );
  // Connections that exist go on with the former certificate until they end.
  keyPair.changes.subscribe((pair) => server.setSecureContext(secureContextOptions(pair)));

  // The sockets below the encrypted ones, which are known by the address of the client alone.
  const handshaking = new Map<string, Socket>();
  server.on('connection', (socket: Socket) => {
    const client = getClient(socket);
    handshaking.set(client, socket);
    socket.once('close', () => handshaking.delete(client));
  });
  server.on('secureConnection', (socket: TLSSocket) => handshaking.delete(getClient(socket)));

  // Node's own listener would treat it as a malformed request and answer, which without a session nobody can read.
  server.removeAllListeners('tlsClientError');
  server.on('tlsClientError', (error: Error & { code?: string }, socket: TLSSocket) => {
    const address = socket.remoteAddress ?? null;
    socket.destroy();
    keyPair.onFailure(findReason(error), address);
  });
  return {
    // All that Fastify and the shell use of a server is common to both kinds.
    server: server as unknown as Server,
    closeHandshakes() {
      for (const socket of handshaking.values()) socket.destroy();
    },
  };
}

function getClient({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

/** Source: OpenSSL, sslerr.h, with the prefix that Node adds; RFC 8446 §6.2 for the alerts. */
function findReason({ code = '' }: { readonly code?: string }): HandshakeFailure {
  if (code === 'ERR_SSL_HTTP_REQUEST') return 'plain_http';
  if (code === 'ERR_TLS_HANDSHAKE_TIMEOUT') return 'timeout';
  const isCertificateAlert =
    /^ERR_SSL_(TLSV1|SSLV3)_ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|CERTIFICATE_|UNSUPPORTED_CERTIFICATE)/;
  return isCertificateAlert.test(code) ? 'untrusted' : 'other';
}
