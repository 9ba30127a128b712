import type { IncomingHttpHeaders } from 'node:http';
import { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** A body of at most so many bytes is read and thrown away, so that the connection can go on. */
const SHORT_MAX_BYTES = 64 * 1024;
/** How long a connection lasts at most once nothing that comes over it is of use any more. */
const CLOSED_WITHIN_MS = 900;
/** How much is taken meanwhile, and thrown away, from a client who is still writing. */
const TAKEN_MAX_BYTES = 16 * 1024 * 1024;

const ending = Symbol('ending');
type EndingSocket = Socket & { [ending]?: true };

/**
 * For every reply, when it is ready: the rest of the request's body is of no use any more. A short rest may come
 * within a second; after any other the connection is closed.
 */
export function discardUnreadBody({ raw }: FastifyRequest, reply: FastifyReply): void {
  const socket: EndingSocket = raw.socket;
  // A request that was injected came over no connection.
  if (raw.complete || !hasBody(raw.headers) || !(socket instanceof Socket)) return;
  // What Node calls when the last reply of a connection is out. It closes at once, and while bytes that nobody has read
  // wait in the socket that is a reset, by which the client loses the reply.
  socket.destroySoon = () => closeGently(socket);
  if (isShort(raw.headers)) {
    const timer = setTimeout(() => raw.complete || socket.destroy(), CLOSED_WITHIN_MS);
    raw.once('close', () => clearTimeout(timer));
    return;
  }
  socket[ending] = true;
  reply.header('connection', 'close');
  // A refusal is short: a client who does not even take that is not waited for. One that waits behind another reply is.
  if (reply.statusCode >= 400 && reply.raw.socket !== null) closeAfterTimeout(socket);
}

/** Whether a reply over this connection has said that it is the last. */
export function isConnectionEnding({ raw }: FastifyRequest): boolean {
  return (raw.socket as EndingSocket)[ending] === true;
}

/**
 * Says that nothing more is sent, and closes when the client has heard of it: when it closes too, and at the latest after a
 * second or 16 MiB. What it sends until then is thrown away.
 */
export function closeGently(socket: Socket): void {
  // Only the parser of HTTP can go on with a socket that it has paused, because nobody read the body.
  if (socket.isPaused()) socket.once('resume', () => discardBytes(socket)).resume();
  else discardBytes(socket);
  socket.end();
  closeAfterTimeout(socket);
}

function discardBytes(socket: Socket): void {
  let discardedBytes = 0;
  // The parser of HTTP, which would make requests of what comes. A listener of ours takes the bytes from it.
  socket.removeAllListeners('data');
  socket.on('data', (bytes: Buffer) => {
    discardedBytes += bytes.length;
    if (discardedBytes > TAKEN_MAX_BYTES) socket.destroy();
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

/** A client who waits for `100 Continue` sends nothing after a refusal, or all of it: it cannot be told which. */
function isShort(headers: IncomingHttpHeaders): boolean {
  return headers.expect === undefined && Number(headers['content-length']) <= SHORT_MAX_BYTES;
}
