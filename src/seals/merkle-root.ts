import { hash } from 'node:crypto';
import { countRows, getLeaf, type LeafList } from './leaf-list.ts';

const HASH_BYTES = 32;
/** Source: RFC 9162, section 2.1.1: what a node is hashed with, so that it is no leaf. */
const NODE_PREFIX = 1;

/**
 * Returns the root of the Merkle tree over a list, in hexadecimal. Source: RFC 9162, section 2.1.1, with the leaves as the hashes
 * of the leaves. Pairing the nodes of each level and moving an odd one up unchanged builds the tree that is defined there. Throws
 * RangeError for an empty list.
 */
export function computeRoot(list: LeafList): string {
  let width = countRows(list);
  if (width === 0) throw new RangeError('a tree has at least one leaf');
  const level = Buffer.allocUnsafe(width * HASH_BYTES);
  for (let index = 0; index < width; index += 1)
    getLeaf(list, index).copy(level, index * HASH_BYTES);
  const node = Buffer.alloc(1 + 2 * HASH_BYTES, NODE_PREFIX);
  for (; width > 1; width = Math.ceil(width / 2)) {
    for (let left = 0; left < width; left += 2) {
      const [from, to] = [left * HASH_BYTES, (left / 2) * HASH_BYTES];
      if (left + 1 === width) {
        level.copy(level, to, from, from + HASH_BYTES);
      } else {
        level.copy(node, 1, from, from + 2 * HASH_BYTES);
        // As a text, because for a buffer Node allocates memory outside the heap.
        level.write(hash('sha256', node, 'binary'), to, 'binary');
      }
    }
  }
  return level.toString('hex', 0, HASH_BYTES);
}
