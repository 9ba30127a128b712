import ipaddr from 'ipaddr.js';

/** The share of IPv4, or of the addresses of IPv6 that are given out, above which the networks are not those of proxies. */
const SHARE_MAX = 1 / 16;

/** An address, and how many of its bits the addresses of the network share. */
type Network = readonly [address: ipaddr.IPv4 | ipaddr.IPv6, bits: number];

const IPV4: Network = ipaddr.parseCIDR('0.0.0.0/0');
/** Source: RFC 4291 §2.4, IANA "IPv6 Global Unicast Address Space". */
const IPV6_ASSIGNED: Network = ipaddr.parseCIDR('2000::/3');

/** Reads an address or a network in CIDR notation; null for any other text. */
export function parseNetwork(text: string): Network | null {
  const cidr = text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`;
  const isSound = ipaddr.IPv4.isValidCIDRFourPartDecimal(cidr) || ipaddr.IPv6.isValidCIDR(cidr);
  return isSound ? ipaddr.parseCIDR(cidr) : null;
}

/** Whether the networks together hold so much of the internet that anybody may be among the proxies. */
export function trustsEveryone(networks: readonly string[]): boolean {
  const read = networks.flatMap((network) => {
    const parsed = parseNetwork(network);
    return parsed === null ? [] : [unmapped(parsed)];
  });
  return [IPV4, IPV6_ASSIGNED].some((whole) => shareOf(whole, read) > SHARE_MAX);
}

/** `proxy-addr`, which reads the networks at run time, refuses a network of zero bits: two halves mean the same. */
export function splitZeroNetwork(network: string): readonly string[] {
  const [address, bits] = parseNetwork(network) ?? [];
  if (address === undefined || bits !== 0) return [network];
  return address.kind() === 'ipv4' ? ['0.0.0.0/1', '128.0.0.0/1'] : ['::/1', '8000::/1'];
}

/** IPv4 networks may be written as IPv6 ones. */
function unmapped([address, bits]: Network): Network {
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() && bits >= 96
    ? [address.toIPv4Address(), bits - 96]
    : [address, bits];
}

/** How much of a network lies in the others. Of two networks one holds the other, or they have nothing in common. */
function shareOf(whole: Network, networks: readonly Network[]): number {
  const outermost = networks.filter(
    (network, index) =>
      !networks.some((other, at) =>
        at < index ? holds(other, network) : holds(other, network) && !holds(network, other),
      ),
  );
  return outermost.reduce((share, network) => {
    if (holds(network, whole)) return 1;
    return holds(whole, network) ? share + 2 ** (whole[1] - network[1]) : share;
  }, 0);
}

function holds([address, bits]: Network, [other, otherBits]: Network): boolean {
  return address.kind() === other.kind() && bits <= otherBits && other.match(address, bits);
}
