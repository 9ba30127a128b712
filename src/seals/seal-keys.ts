import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

/** Source: RFC 8410, appendix A: a private key in PKCS #8 is these bytes and the seed. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
/** Source: RFC 8410, section 4: the end of a public key in its DER form. */
const PUBLIC_KEY_BYTES = 32;

/** The keys of SEAL_KEY. */
export interface SealKeys {
  /** Signs a hash with the first key. Returns base64. Throws if there is none. */
  sign(hash: string): string;
  /** Returns whether one of the keys signed this hash. */
  verify(hash: string, signature: string): boolean;
  /** The public keys, in base64 and in the order of SEAL_KEY, for those who verify without this program. */
  readonly publicKeys: readonly string[];
}

/** Creates the keys from their texts: each the seed of an Ed25519 key, 32 bytes in base64. */
export function createSealKeys(texts: readonly string[]): SealKeys {
  const privateKeys = texts.map(readPrivateKey);
  const publicKeys = privateKeys.map((key) => createPublicKey(key));
  return {
    sign(hash) {
      const [current] = privateKeys;
      if (current === undefined) throw new RangeError('seals need a key to be signed with');
      return sign(null, Buffer.from(hash, 'hex'), current).toString('base64');
    },
    verify: (hash, signature) =>
      publicKeys.some((key) =>
        verify(null, Buffer.from(hash, 'hex'), key, Buffer.from(signature, 'base64')),
      ),
    publicKeys: publicKeys.map(formatPublicKey),
  };
}

function readPrivateKey(text: string): KeyObject {
  const key = Buffer.concat([PKCS8_PREFIX, Buffer.from(text, 'base64')]);
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' });
}

function formatPublicKey(key: KeyObject): string {
  return key.export({ format: 'der', type: 'spki' }).subarray(-PUBLIC_KEY_BYTES).toString('base64');
}
