import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';

/**
 * Returns the client's identity for limits, in at most 45 characters: an IPv4 address, or the /64 network of an IPv6
 * address, because a client that has one address of the network has all. Forwarding headers are only used from trusted
 * proxies; if one contains no address, the request counts for the proxy.
 */
export function clientNetwork(request: FastifyRequest): string {
  return (
    findNetwork(request.ip) ?? findNetwork(request.raw.socket.remoteAddress ?? '') ?? 'unknown'
  );
}

/**
 * Returns the range in which a client's address changes from day to day: the /24 of an IPv4 address, or the /48 of an
 * IPv6 address.
 */
export function clientRange(request: FastifyRequest): string {
  return widenNetwork(clientNetwork(request));
}

/** Returns the range of a network that `findNetwork` returned, and any other text as it is. */
export function widenNetwork(network: string): string {
  return isIP(network) === 4
    ? network.replace(/\.\d+$/, '.0/24')
    : network.replace(/^([\da-f]+:[\da-f]+:[\da-f]+):[\da-f]+::\/64$/, '$1::/48');
}

/** Ranges within a machine or a network of one operator. */
const LOCAL_RANGES: ReadonlySet<string> = new Set([
  'unspecified',
  'loopback',
  'linkLocal',
  'private',
  'carrierGradeNat',
  'uniqueLocal',
]);

/**
 * Returns the client's network if it tells customers apart; null for local addresses. All requests come from one of
 * these through a proxy that is not in TRUSTED_PROXIES, or from the shop's own network.
 */
export function findPublicNetwork(request: FastifyRequest): string | null {
  const address = request.ip;
  const network = findNetwork(address);
  if (network === null) return null;
  const [zoneless = ''] = address.split('%');
  return LOCAL_RANGES.has(ipaddr.process(zoneless).range()) ? null : network;
}

/** Returns the client's address for the logs and the audit, IPv4 in its own form; null if the connection has gone. */
export function findAddress({ ip, raw }: FastifyRequest): string | null {
  const { remoteAddress = null } = raw.socket;
  return normalizeAddress(isIP(ip ?? '') === 0 ? remoteAddress : ip);
}

/** Returns `203.0.113.9` for `::ffff:203.0.113.9`, as sockets name IPv4 clients of a server that listens on `::`. */
export function normalizeAddress(address: string | null): string | null {
  return address?.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}

/** Returns the network of an address, or null for any other text. */
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
