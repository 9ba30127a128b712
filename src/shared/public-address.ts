import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** What the internet's own addresses are given out of. Source: RFC 4291 §2.4, IANA "IPv6 Global Unicast Address Space". */
const GLOBAL_UNICAST_V6 = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an address is one of a machine on the internet: not private, loopback, link-local, shared (CGNAT), multicast,
 * reserved or for documentation, nor one that leads to an IPv4 address by another way (mapped, NAT64, 6to4, Teredo).
 * Source of the classes: the IANA special-purpose address registries, by way of ipaddr.js.
 */
export function isPublicAddress(address: string): boolean {
  // A zone (`fe80::1%eth0`) belongs to addresses of the link.
  if (isIP(address) === 0 || address.includes('%')) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(GLOBAL_UNICAST_V6);
}

/**
 * Whether a URL itself says that it leads to a machine that is not on the internet: by such an address, however written,
 * or by a name for this machine (RFC 6761 §6.3). Another name says nothing until it is resolved.
 */
export function namesPrivateTarget({ hostname }: URL): boolean {
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(address) !== 0) return !isPublicAddress(address);
  const name = hostname.toLowerCase().replace(/\.$/, '');
  return name === 'localhost' || name.endsWith('.localhost');
}
