import type { IncomingHttpHeaders } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** A body up to this size is read and discarded, so that the connection can be reused. */
const SHORT_MAX_BYTES = 64 * 1024;
/** How long a connection may last when its input is no longer needed. */
const CLOSED_WITHIN_MS = 900;
/** How much is read and discarded meanwhile from a client that is still writing. */
const DISCARDED_MAX_BYTES = 16 * 1024 * 1024;

const ending = Symbol('ending');
type EndingSocket = Socket & { [ending]?: true };

/**
 * Called for every reply when it is ready and the rest of the request's body is no longer needed. A short rest may
 * arrive within a second; otherwise the connection is closed.
 */
export function discardUnreadBody({ raw }: FastifyRequest, reply: FastifyReply): void {
  const socket: EndingSocket = raw.socket;
  // An injected request has no connection.
  if (raw.complete || !hasBody(raw.headers) || !(socket instanceof Socket)) return;
  // Node calls this after the last reply of a connection and would close at once. With unread bytes in the socket, that
  // is a reset, by which the client loses the reply.
  socket.destroySoon = () => closeGently(socket);
  if (isShort(raw.headers)) {
    const timer = setTimeout(() => raw.complete || socket.destroy(), CLOSED_WITHIN_MS);
    raw.once('close', () => clearTimeout(timer));
    return;
  }
  socket[ending] = true;
  reply.header('connection', 'close');
  // A refusal is short: do not wait for a client that does not accept it, unless it is queued behind another reply.
  if (reply.statusCode >= 400 && reply.raw.socket !== null) closeAfterTimeout(socket);
}

/** Returns whether a reply on this connection has announced that it is the last. */
export function isConnectionEnding({ raw }: FastifyRequest): boolean {
  return (raw.socket as EndingSocket)[ending] === true;
}

/**
 * Ends the connection for writing, and closes it when the client closes too, at the latest after a second or 16 MiB.
 * Data that the client sends until then is discarded.
 */
export function closeGently(socket: Socket): void {
  // Only the HTTP parser can resume a socket that it has paused because the body was not read.
  if (socket.isPaused()) socket.once('resume', () => discardBytes(socket)).resume();
  else discardBytes(socket);
  socket.end();
  closeAfterTimeout(socket);
}

function discardBytes(socket: Socket): void {
  let discardedBytes = 0;
  // The listener of the HTTP parser, which would parse requests from the data. Ours receives the bytes instead.
  socket.removeAllListeners('data');
  socket.on('data', (bytes: Buffer) => {
    discardedBytes += bytes.length;
    if (discardedBytes > DISCARDED_MAX_BYTES) socket.destroy();
  });
  socket.once('end', () => socket.destroy());
  socket.resume();
}

function closeAfterTimeout(socket: Socket): void {
  const timer = setTimeout(() => socket.destroy(), CLOSED_WITHIN_MS);
  socket.once('close', () => clearTimeout(timer));
}

function hasBody(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length']) > 0;
}

/** A client that waits for `100 Continue` may send nothing or all of its body after a refusal: that is never short. */
function isShort(headers: IncomingHttpHeaders): boolean {
  return headers.expect === undefined && Number(headers['content-length']) <= SHORT_MAX_BYTES;
}
