import type { FastifyRequest } from 'fastify';
import { isLoopbackAddress } from '../shared/loopback.ts';

const FORWARDING_HEADERS = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

/**
 * Returns whether the client is on this machine. A request with a forwarding header comes from elsewhere, through a
 * proxy that happens to run here.
 */
export function isLoopbackPeer(request: FastifyRequest): boolean {
  return (
    isLoopbackAddress(request.raw.socket.remoteAddress ?? '') &&
    FORWARDING_HEADERS.every((name) => request.headers[name] === undefined)
  );
}
