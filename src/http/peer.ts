import type { FastifyRequest } from 'fastify';
import { isLoopbackAddress } from '../shared/loopback.ts';

const FORWARDING_HEADERS = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

/**
 * Whether the peer itself is this machine. A request that bears a forwarding header was made by somebody else, whose
 * proxy only happens to run here.
 */
export function isLoopbackPeer(request: FastifyRequest): boolean {
  return (
    isLoopbackAddress(request.raw.socket.remoteAddress ?? '') &&
    FORWARDING_HEADERS.every((name) => request.headers[name] === undefined)
  );
}
