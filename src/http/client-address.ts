import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';

/**
 * The client as limits count it, in at most 45 characters: an IPv4 address, or the /64 network of an IPv6 address,
 * since who has one address of it has all of them. Forwarding headers count from trusted proxies alone; one of
 * theirs that names no address counts for the proxy.
 */
export function clientNetwork(request: FastifyRequest): string {
  return (
    findNetwork(request.ip) ?? findNetwork(request.raw.socket.remoteAddress ?? '') ?? 'unknown'
  );
}

/** Null for what is no address. */
export function findNetwork(address: string): string | null {
  const family = isIP(address);
  if (family === 4) return address;
  if (family === 0) return null;
  // A zone (`fe80::1%eth0.2`) is the name of an interface here.
  const [zoneless = ''] = address.split('%');
  const parsed = ipaddr.IPv6.parse(zoneless);
  if (parsed.isIPv4MappedAddress()) return parsed.toIPv4Address().toString();
  const network = parsed.parts.slice(0, 4).map((part) => part.toString(16));
  return `${network.join(':')}::/64`;
}
