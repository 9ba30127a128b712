import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Returns whether an address is a loopback address, including an IPv4 one written as IPv6. */
export function isLoopbackAddress(address: string): boolean {
  const [zoneless = ''] = address.split('%');
  return isIP(zoneless) !== 0 && ipaddr.process(zoneless).range() === 'loopback';
}

/** Returns whether a host, an address or a name, is this machine. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || isLoopbackAddress(host);
}
