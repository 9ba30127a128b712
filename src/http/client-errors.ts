import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { requestErrors } from '../shared/common-errors.ts';
import { CodedError, type ErrorDefinition } from '../shared/errors.ts';
import type { App } from './app.ts';
import { getPath } from './paths.ts';
import { PROBLEM_TYPE, problemJson } from './problem.ts';
import { getPublicPath, getRequestedPath } from './public-path.ts';
import { closeGently } from './unread-body.ts';

/** Source: Node.js, HTTP "Event: 'clientError'"; other codes are the HTTP parser's, and mean a broken message. */
const CLIENT_ERRORS: Readonly<Record<string, ErrorDefinition>> = {
  ERR_HTTP_REQUEST_TIMEOUT: requestErrors.timeout,
  HPE_HEADER_OVERFLOW: requestErrors.headersTooLarge,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: requestErrors.tooLarge,
};

/** The reply that Node is writing on a socket, as Node's own handler of broken requests asks for it. */
interface HttpSocket extends Socket {
  readonly _httpMessage?: ServerResponse<IncomingMessage> | null;
}

/** Answers what Node refuses before there is a request: bytes that are no HTTP, headers too large, a slow sender. */
export function createClientErrorHandler(publicUrl: string) {
  return function handleClientError(error: Error & { code?: string }, socket: Socket): void {
    const reply = (socket as HttpSocket)._httpMessage;
    // Who never sent a byte made no request that could be refused: a client that has not begun to read would not notice
    // the end of a connection that a reply waits in.
    const isMute = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && socket.bytesRead === 0;
    if (isMute || error.code === 'ECONNRESET' || !socket.writable || reply?.headersSent === true) {
      socket.destroy();
      return;
    }
    const definition = CLIENT_ERRORS[error.code ?? ''] ?? requestErrors.malformed;
    sendRefusal(socket, publicUrl, definition, getPath(reply?.req.url ?? '/'));
  };
}

/** What Node would otherwise answer with a bare status line, or not at all. */
export function installProtocolRefusals(app: App, publicUrl: string): void {
  app.server.on('connect', (request, socket) => {
    sendRefusal(
      socket as Socket,
      publicUrl,
      requestErrors.methodNotAllowed,
      getPath(request.url ?? '/'),
    );
  });
  // The client is asked for the body when somebody begins to read it, so that what is refused before is never sent.
  app.server.on('checkContinue', (request, response) => {
    request.once('resume', () => response.headersSent || response.writeContinue());
    app.server.emit('request', request, response);
  });
  // An expectation that is not understood may be ignored. Source: RFC 9110 §10.1.1.
  app.server.on('checkExpectation', (request, response) => {
    app.server.emit('request', request, response);
  });
}

function sendRefusal(
  socket: Socket,
  publicUrl: string,
  definition: ErrorDefinition,
  path: string,
): void {
  const requestId = randomUUID();
  const instance = getRequestedPath(path, getPublicPath(publicUrl));
  const body = problemJson(publicUrl, new CodedError(definition), { requestId, instance });
  const lines = [
    `HTTP/1.1 ${definition.status} ${STATUS_CODES[definition.status] ?? ''}`,
    `Date: ${new Date().toUTCString()}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    `X-Request-Id: ${requestId}`,
    ...(definition.status === 405 ? ['Allow: GET, HEAD, POST, PUT, PATCH, DELETE'] : []),
    'Connection: close',
    '',
    body,
  ];
  socket.write(lines.join('\r\n'));
  closeGently(socket);
}
