import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Whether an address is one of this machine's own, an IPv4 one that is written as IPv6 too. */
export function isLoopbackAddress(address: string): boolean {
  const [zoneless = ''] = address.split('%');
  return isIP(zoneless) !== 0 && ipaddr.process(zoneless).range() === 'loopback';
}

/** Whether a host, an address or a name, is this machine itself. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || isLoopbackAddress(host);
}
