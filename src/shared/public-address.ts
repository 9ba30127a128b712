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
 * Where the clouds tell their machines credentials. IPv4: all link-local addresses (AWS, Google, Azure, DigitalOcean,
 * Oracle and others), Alibaba, Azure's platform, Oracle. IPv6: AWS, Google.
 */
const METADATA_V4 = [
  '169.254.0.0/16',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '192.0.0.192/32',
].map((range) => ipaddr.IPv4.parseCIDR(range));
const METADATA_V6 = ['fd00:ec2::/32', 'fd20:ce::254/128'].map((range) =>
  ipaddr.IPv6.parseCIDR(range),
);
const METADATA_NAMES: ReadonlySet<string> = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.azure.internal',
  'metadata.tencentyun.com',
  'instance-data',
  'instance-data.ec2.internal',
]);

/** Returns whether an address is that of a cloud's metadata, also embedded in an IPv6 address. */
export function isMetadataAddress(address: string): boolean {
  const [zoneless = ''] = address.split('%');
  if (isIP(zoneless) === 0) return false;
  const parsed = ipaddr.parse(zoneless);
  if (parsed instanceof ipaddr.IPv6) {
    if (METADATA_V6.some((range) => parsed.match(range))) return true;
    return listEmbedded(parsed).some(isMetadataV4);
  }
  return isMetadataV4(parsed);
}

function isMetadataV4(address: ipaddr.IPv4): boolean {
  return METADATA_V4.some((range) => address.match(range));
}

/** Returns the IPv4 addresses that an IPv6 address may lead to: mapped, compatible or NAT64, and 6to4. */
function listEmbedded({ parts }: ipaddr.IPv6): ipaddr.IPv4[] {
  const at = (index: number) =>
    new ipaddr.IPv4([parts[index]!, parts[index + 1]!].flatMap((part) => [part >> 8, part & 0xff]));
  if (parts[0] === 0x2002) return [at(1)];
  const isNat64 = parts[0] === 0x64 && parts[1] === 0xff9b;
  return isNat64 || parts.slice(0, 5).every((part) => part === 0) ? [at(6)] : [];
}

/** Returns whether a URL by its host alone points to a cloud's metadata. Any other name has to be resolved first. */
export function namesMetadata({ hostname }: URL): boolean {
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  return (
    isMetadataAddress(address) || METADATA_NAMES.has(hostname.toLowerCase().replace(/\.$/, ''))
  );
}

/** Returns whether a URL names a port of the web, or one that no system service has: 80, 443, or 1024 and higher. */
export function hasWebPort({ port }: URL): boolean {
  return port === '' || port === '80' || port === '443' || Number(port) >= 1024;
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
