import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { isoCBOR } from '@simplewebauthn/server/helpers';

/** How a device behaves. By default it verifies its user, counts its uses, and tells the truth. */
export interface Behaviour {
  /** The page that asks. */
  readonly origin: string;
  /** Default: the one in the options. */
  readonly rpId?: string;
  readonly verifiesUser?: boolean;
  /** Passkeys that are synchronized always show 0. */
  readonly countsUses?: boolean;
}

/** A device with one passkey in software, without attestation. Source: WebAuthn Level 3 §6. */
export interface TestAuthenticator {
  /** Creates the passkey, as `navigator.credentials.create()` does. */
  create(
    options: PublicKeyCredentialCreationOptionsJSON,
    behaviour?: Partial<Behaviour>,
  ): RegistrationResponseJSON;
  /** Signs with it, as `navigator.credentials.get()` does. */
  get(
    options: PublicKeyCredentialRequestOptionsJSON,
    behaviour?: Partial<Behaviour>,
  ): AuthenticationResponseJSON;
  /** Returns a copy with the same key, which counts on its own. */
  clone(): TestAuthenticator;
  /** What a server stores of it. */
  readonly stored: { readonly id: Buffer; readonly publicKey: Buffer };
}

interface Passkey {
  readonly id: Buffer;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  userHandle: string;
  uses: number;
}

const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;
const BACKUP_ELIGIBLE = 0x08;
const BACKED_UP = 0x10;
const ATTESTED = 0x40;

/** `algorithm`: default ES256. An older computer has only RS256. */
export function createTestAuthenticator(
  usual: Behaviour,
  idBytes = 16,
  algorithm: 'ES256' | 'RS256' = 'ES256',
): TestAuthenticator {
  const keys =
    algorithm === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return createDevice(usual, { ...keys, id: randomBytes(idBytes), userHandle: '', uses: 0 });
}

function createDevice(usual: Behaviour, passkey: Passkey): TestAuthenticator {
  const id = passkey.id.toString('base64url');
  const common = { id, rawId: id, type: 'public-key', clientExtensionResults: {} } as const;
  return {
    create(options, unusual) {
      const behaviour = { ...usual, ...unusual };
      passkey.userHandle = options.user.id;
      const authData = buildAuthenticatorData(passkey, behaviour, options.rp.id!, true);
      const attestation = new Map<string, string | Uint8Array | Map<string, never>>([
        ['fmt', 'none'],
        ['attStmt', new Map<string, never>()],
        ['authData', new Uint8Array(authData)],
      ]);
      return {
        ...common,
        response: {
          clientDataJSON: encodeClientData('webauthn.create', options.challenge, behaviour),
          attestationObject: Buffer.from(isoCBOR.encode(attestation)).toString('base64url'),
          transports: ['internal', 'hybrid'],
        },
      };
    },
    get(options, unusual) {
      const behaviour = { ...usual, ...unusual };
      passkey.uses += 1;
      const clientData = encodeClientData('webauthn.get', options.challenge, behaviour);
      const authData = buildAuthenticatorData(passkey, behaviour, options.rpId!, false);
      const signed = Buffer.concat([authData, sha256(Buffer.from(clientData, 'base64url'))]);
      return {
        ...common,
        response: {
          clientDataJSON: clientData,
          authenticatorData: authData.toString('base64url'),
          signature: sign('sha256', signed, passkey.privateKey).toString('base64url'),
          userHandle: passkey.userHandle,
        },
      };
    },
    clone: () => createDevice(usual, { ...passkey }),
    stored: { id: passkey.id, publicKey: Buffer.from(encodePublicKey(passkey.publicKey)) },
  };
}

function encodeClientData(type: string, challenge: string, { origin }: Behaviour): string {
  return Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false })).toString(
    'base64url',
  );
}

function buildAuthenticatorData(
  passkey: Passkey,
  { rpId, verifiesUser = true, countsUses = true }: Behaviour,
  askedRpId: string,
  isNew: boolean,
): Buffer {
  const counter = Buffer.alloc(4);
  if (countsUses) counter.writeUInt32BE(passkey.uses);
  const flags =
    USER_PRESENT |
    (verifiesUser ? USER_VERIFIED : 0) |
    (countsUses ? 0 : BACKUP_ELIGIBLE | BACKED_UP) |
    (isNew ? ATTESTED : 0);
  const head = [sha256(rpId ?? askedRpId), Buffer.from([flags]), counter];
  return Buffer.concat(isNew ? [...head, buildCredentialData(passkey)] : head);
}

function buildCredentialData({ id, publicKey }: Passkey): Buffer {
  const idLength = Buffer.alloc(2);
  idLength.writeUInt16BE(id.length);
  const aaguid = Buffer.alloc(16);
  return Buffer.concat([aaguid, idLength, id, encodePublicKey(publicKey)]);
}

function encodePublicKey(publicKey: KeyObject): Uint8Array {
  const { x = '', y = '', n = '', e = '' } = publicKey.export({ format: 'jwk' });
  const part = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'));
  const entries: [number, number | Uint8Array][] =
    publicKey.asymmetricKeyType === 'rsa'
      ? // Key type RSA, algorithm RS256. Source: RFC 8230 §4 and RFC 8812 §2.
        [
          [1, 3],
          [3, -257],
          [-1, part(n)],
          [-2, part(e)],
        ]
      : // Key type EC2, algorithm ES256, curve P-256. Source: RFC 9053 §2.1 and §7.1.
        [
          [1, 2],
          [3, -7],
          [-1, 1],
          [-2, part(x)],
          [-3, part(y)],
        ];
  return isoCBOR.encode(new Map(entries));
}

function sha256(bytes: string | Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
