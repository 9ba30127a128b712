import ipaddr from 'ipaddr.js';

/** The share of IPv4, or of the assigned IPv6 addresses, above which networks cannot be those of proxies. */
const SHARE_MAX = 1 / 16;

/** An address, and how many of its leading bits define the network. */
type Network = readonly [address: ipaddr.IPv4 | ipaddr.IPv6, bits: number];

const IPV4: Network = ipaddr.parseCIDR('0.0.0.0/0');
/** Source: RFC 4291 §2.4, IANA "IPv6 Global Unicast Address Space". */
const IPV6_ASSIGNED: Network = ipaddr.parseCIDR('2000::/3');

/** Parses an address or a network in CIDR notation. Null for any other text. */
export function parseNetwork(text: string): Network | null {
  const cidr = text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`;
  const isValid = ipaddr.IPv4.isValidCIDRFourPartDecimal(cidr) || ipaddr.IPv6.isValidCIDR(cidr);
  return isValid ? ipaddr.parseCIDR(cidr) : null;
}

/** Returns whether the networks together cover so much of the internet that anyone may be among the proxies. */
export function trustsEveryone(networks: readonly string[]): boolean {
  const read = networks.flatMap((network) => {
    const parsed = parseNetwork(network);
    return parsed === null ? [] : [unmapIpv4(parsed)];
  });
  return [IPV4, IPV6_ASSIGNED].some((whole) => computeShare(whole, read) > SHARE_MAX);
}

/**
 * Splits a network of zero bits into equivalent halves, because `proxy-addr`, which reads the networks at run time,
 * rejects it.
 */
export function splitZeroNetwork(network: string): readonly string[] {
  const [address, bits] = parseNetwork(network) ?? [];
  if (address === undefined || bits !== 0) return [network];
  return address.kind() === 'ipv4' ? ['0.0.0.0/1', '128.0.0.0/1'] : ['::/1', '8000::/1'];
}

/** Converts IPv4 networks that are written as IPv6. */
function unmapIpv4([address, bits]: Network): Network {
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() && bits >= 96
    ? [address.toIPv4Address(), bits - 96]
    : [address, bits];
}

/** Returns how much of a network the others cover. Of two networks, one contains the other or they are disjoint. */
function computeShare(whole: Network, networks: readonly Network[]): number {
  const outermost = networks.filter(
    (network, index) =>
      !networks.some((other, at) =>
        at < index
          ? contains(other, network)
          : contains(other, network) && !contains(network, other),
      ),
  );
  return outermost.reduce((share, network) => {
    if (contains(network, whole)) return 1;
    return contains(whole, network) ? share + 2 ** (whole[1] - network[1]) : share;
  }, 0);
}

function contains([address, bits]: Network, [other, otherBits]: Network): boolean {
  return address.kind() === other.kind() && bits <= otherBits && other.match(address, bits);
}
