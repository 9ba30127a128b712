import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';

/**
 * The client as limits count him, in at most 45 characters: an IPv4 address, or the /64 network of an IPv6 address,
 * since whoever has one address of it has all of them. Forwarding headers count from trusted proxies alone; one of
 * theirs that names no address counts for the proxy.
 */
export function clientNetwork(request: FastifyRequest): string {
  return networkOf(request.ip) ?? networkOf(request.raw.socket.remoteAddress ?? '') ?? 'unknown';
}

/** Null for what is no address. */
export function networkOf(address: string): string | null {
  const family = isIP(address);
  if (family === 4) return address;
  if (family === 0) return null;
  const groups = groupsOf(address);
  const [first = 0, second = 0, third = 0, fourth = 0, fifth = 0, sixth = 0, high = 0, low = 0] =
    groups;
  const isMapped = (first | second | third | fourth | fifth) === 0 && sixth === 0xffff;
  if (isMapped) return [high >> 8, high & 255, low >> 8, low & 255].join('.');
  const network = groups.slice(0, 4).map((group) => group.toString(16));
  return `${network.join(':')}::/64`;
}

/** The eight groups of an IPv6 address that `isIP` has found sound. Source: RFC 4291 §2.2. */
function groupsOf(address: string): number[] {
  const [zoneless = ''] = address.split('%');
  const plain = zoneless.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_text, ...bytes) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(0, 4).map(Number);
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  const [head = '', tail] = plain.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = new Array<string>(8 - before.length - after.length).fill('0');
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16));
}
