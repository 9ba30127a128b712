import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The range of public IPv6 addresses. Source: RFC 4291 §2.4, IANA "IPv6 Global Unicast Address Space". */
const GLOBAL_UNICAST_V6 = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Returns whether an address is public: not private, loopback, link-local, shared (CGNAT), multicast, reserved or for
 * documentation, nor one that embeds an IPv4 address (mapped, NAT64, 6to4, Teredo).
 * Source of the classes: the IANA special-purpose address registries, as implemented by ipaddr.js.
 */
export function isPublicAddress(address: string): boolean {
  // Only link-local addresses have a zone (`fe80::1%eth0`).
  if (isIP(address) === 0 || address.includes('%')) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(GLOBAL_UNICAST_V6);
}

/**
 * Returns whether a URL by its host alone points to a machine that is not on the internet: by such an address, in any
 * notation, or by a name of this machine (RFC 6761 §6.3). Any other name has to be resolved first.
 */
export function namesPrivateTarget({ hostname }: URL): boolean {
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(address) !== 0) return !isPublicAddress(address);
  const name = hostname.toLowerCase().replace(/\.$/, '');
  return name === 'localhost' || name.endsWith('.localhost');
}
