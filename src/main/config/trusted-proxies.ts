import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** Of IPv4, and of the part of IPv6 from which addresses are given out (2000::/3): nobody's proxies lie in more. */
const SHARE_MAX = 1 / 16;

interface Range {
  readonly from: bigint;
  /** Not included. */
  readonly to: bigint;
}

const IPV4: Range = { from: 0n, to: 1n << 32n };
const IPV6_GIVEN_OUT: Range = { from: 1n << 125n, to: 1n << 126n };

/** Whether the networks together hold so much of the internet that anybody may be among the proxies. */
export function trustEverybody(networks: readonly string[]): boolean {
  const read = networks.map(readNetwork);
  return ([4, 6] as const).some((family) => {
    const whole = family === 4 ? IPV4 : IPV6_GIVEN_OUT;
    const ranges = read.filter((network) => network.family === family);
    const held = sizeOfUnion(ranges.map(({ from, to }) => within(whole, from, to)));
    return Number(held) > Number(whole.to - whole.from) * SHARE_MAX;
  });
}

/** What reads the networks at run time takes none of zero bits: two halves say the same. */
export function halved(network: string): readonly string[] {
  const [address = '', bits] = network.split('/');
  if (bits === undefined || Number(bits) > 0) return [network];
  return isIP(address) === 4 ? ['0.0.0.0/1', '128.0.0.0/1'] : ['::/1', '8000::/1'];
}

function readNetwork(network: string): Range & { readonly family: 4 | 6 } {
  const [text = '', given] = network.split('/');
  const address = ipaddr.parse(text);
  const bytes = address.toByteArray();
  const value = BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
  const bitsMax = bytes.length * 8;
  const hostBits = BigInt(bitsMax - Number(given ?? bitsMax));
  const from = (value >> hostBits) << hostBits;
  const isMapped = address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress();
  // An IPv4 address written as an IPv6 one, and networks of them.
  if (isMapped && hostBits <= 32n) {
    const base = from & 0xffff_ffffn;
    return { family: 4, from: base, to: base + (1n << hostBits) };
  }
  return { family: bitsMax === 32 ? 4 : 6, from, to: from + (1n << hostBits) };
}

function within(whole: Range, from: bigint, to: bigint): Range {
  return { from: from > whole.from ? from : whole.from, to: to < whole.to ? to : whole.to };
}

function sizeOfUnion(ranges: readonly Range[]): bigint {
  let size = 0n;
  let reached = 0n;
  for (const { from, to } of ranges.toSorted((a, b) => (a.from < b.from ? -1 : 1))) {
    const start = from > reached ? from : reached;
    if (to <= start) continue;
    size += to - start;
    reached = to;
  }
  return size;
}
