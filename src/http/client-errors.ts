import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { requestErrors } from '../shared/common-errors.ts';
import { CodedError, type ErrorDefinition } from '../shared/errors.ts';
import { type AccessLog, isFirstReply } from './access-log.ts';
import type { App } from './app.ts';
import { normalizeAddress } from './client-address.ts';
import { getPath } from './paths.ts';
import { PROBLEM_TYPE, problemJson } from './problem.ts';
import { getPublicPath, getRequestedPath } from './public-path.ts';
import { earlyHeaderLines } from './reply-headers.ts';
import { getRequestId } from './request-identity.ts';
import { closeGently } from './unread-body.ts';

/** Source: Node.js, HTTP "Event: 'clientError'". Other codes come from the HTTP parser and mean a malformed message. */
const CLIENT_ERRORS: Readonly<Record<string, ErrorDefinition>> = {
  ERR_HTTP_REQUEST_TIMEOUT: requestErrors.timeout,
  HPE_HEADER_OVERFLOW: requestErrors.headersTooLarge,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: requestErrors.tooLarge,
};

/** A socket with the response that Node is writing to it, which Node's own handler of broken requests uses too. */
interface HttpSocket extends Socket {
  readonly _httpMessage?: ServerResponse<IncomingMessage> | null;
}

/** Creates the handler for what Node refuses before there is a request: not HTTP, headers too large, a slow sender. */
export function createClientErrorHandler(publicUrl: string, getAccessLog: () => AccessLog | null) {
  return function handleClientError(error: Error & { code?: string }, socket: Socket): void {
    const reply = (socket as HttpSocket)._httpMessage;
    // A client that never sent a byte made no request that could be refused. If it is not reading yet, it would not
    // notice the end of a connection with a pending response.
    const isMute = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && socket.bytesRead === 0;
    if (isMute || error.code === 'ECONNRESET' || !socket.writable || reply?.headersSent === true) {
      socket.destroy();
      return;
    }
    const definition = CLIENT_ERRORS[error.code ?? ''] ?? requestErrors.malformed;
    sendRefusal(socket, reply?.req ?? null, { publicUrl, definition, accessLog: getAccessLog() });
  };
}

/** Refuses what Node would otherwise answer with a bare status line, or not at all. */
export function installProtocolRefusals(app: App, publicUrl: string): void {
  app.server.on('connect', (request, socket) => {
    sendRefusal(socket as Socket, request, {
      publicUrl,
      definition: requestErrors.methodNotAllowed,
      accessLog: app.accessLog,
    });
  });
  // The client is asked for the body only when reading starts, so that a body refused earlier is never sent.
  app.server.on('checkContinue', (request, response) => {
    request.once('resume', () => response.headersSent || response.writeContinue());
    app.server.emit('request', request, response);
  });
  // An unknown expectation may be ignored. Source: RFC 9110 §10.1.1.
  app.server.on('checkExpectation', (request, response) => {
    app.server.emit('request', request, response);
  });
}

interface Refusal {
  readonly publicUrl: string;
  readonly definition: ErrorDefinition;
  readonly accessLog: AccessLog | null;
}

/** `request` is null if its head could not be read. */
function sendRefusal(
  socket: Socket,
  request: IncomingMessage | null,
  { publicUrl, definition, accessLog }: Refusal,
): void {
  const requestId = request === null ? randomUUID() : getRequestId(request);
  const instance = getRequestedPath(getPath(request?.url ?? '/'), getPublicPath(publicUrl));
  // The shell answers a request whose body broke off as well, but to nobody.
  if (request === null || isFirstReply(request)) {
    accessLog?.write({
      method: request?.method ?? null,
      route: null,
      status: definition.status,
      durationMs: 0,
      callerId: null,
      address: normalizeAddress(socket.remoteAddress ?? null),
      requestId,
    });
  }
  const body = problemJson(publicUrl, new CodedError(definition), { requestId, instance });
  const lines = [
    `HTTP/1.1 ${definition.status} ${STATUS_CODES[definition.status] ?? ''}`,
    `Date: ${new Date().toUTCString()}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...earlyHeaderLines(requestId, publicUrl.startsWith('https:')),
    ...(definition.status === 405 ? ['Allow: GET, HEAD, POST, PUT, PATCH, DELETE'] : []),
    'Connection: close',
    '',
    body,
  ];
  socket.write(lines.join('\r\n'));
  closeGently(socket);
}
