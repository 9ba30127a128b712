import { randomBytes } from 'node:crypto';
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
  VerifiedRegistrationResponse,
} from '@simplewebauthn/server';
import type { PasskeyScope } from '../passkey-scope.ts';

const NONCE_BYTES = 32;
/**
 * EdDSA and ES256, of 128 bits of security. Not RS256, whose padding is old, and whose keys of 2048 bits have 112. Source: the
 * IANA registry "COSE Algorithms".
 */
const ALGORITHMS = [-8, -7];
/** As long as a challenge lives. */
const TIMEOUT_MS = 5 * 60_000;

/** Source: WebAuthn Level 3 §7.1, "credentialId is ≤ 1023 bytes". */
const CREDENTIAL_ID_BYTES_MAX = 1_023;

/** A passkey of which the browser needs to know. */
export interface KnownPasskey {
  readonly credentialId: Buffer;
  readonly transports: readonly string[];
}

export interface StoredPasskey extends KnownPasskey {
  readonly publicKey: Buffer;
  readonly signCount: number;
}

/** The library takes 140 ms to load, which most processes never need. */
const load = () => import('@simplewebauthn/server');
const loadHelpers = () => import('@simplewebauthn/server/helpers');

export function createNonce(): Buffer {
  return randomBytes(NONCE_BYTES);
}

/** Builds the options for creating a passkey that can sign in alone, without asking which device made it. */
export async function buildRegistrationOptions(
  { rpId }: PasskeyScope,
  nonce: Buffer,
  user: { readonly id: string; readonly email: string; readonly name: string },
  existing: readonly KnownPasskey[],
  shopName: string,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const { generateRegistrationOptions } = await load();
  return generateRegistrationOptions({
    rpName: shopName,
    rpID: rpId,
    userID: buildUserHandle(user.id),
    userName: user.email,
    userDisplayName: user.name,
    challenge: bytes(nonce),
    timeout: TIMEOUT_MS,
    attestationType: 'none',
    supportedAlgorithmIDs: ALGORITHMS,
    excludeCredentials: existing.map(describePasskey),
    authenticatorSelection: { residentKey: 'required', userVerification: 'preferred' },
  });
}

/** Builds the options for using a passkey: one of `allowed`, or without it any of this shop. */
export async function buildRequestOptions(
  { rpId }: PasskeyScope,
  nonce: Buffer,
  allowed?: readonly KnownPasskey[],
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const { generateAuthenticationOptions } = await load();
  return generateAuthenticationOptions({
    rpID: rpId,
    challenge: bytes(nonce),
    timeout: TIMEOUT_MS,
    ...(allowed === undefined
      ? { userVerification: 'required' }
      : { allowCredentials: allowed.map(describePasskey), userVerification: 'preferred' }),
  });
}

export type RegisteredPasskey = Extract<
  VerifiedRegistrationResponse,
  { verified: true }
>['registrationInfo'];

/** Returns the new passkey; null if the response does not fit the challenge, an origin or the RP ID, or its id is too long. */
export async function verifyRegistration(
  { rpId, origins }: PasskeyScope,
  nonce: Buffer,
  response: RegistrationResponseJSON,
): Promise<RegisteredPasskey | null> {
  const { verifyRegistrationResponse } = await load();
  try {
    const { registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedChallenge: nonce.toString('base64url'),
      expectedOrigin: [...origins],
      expectedRPID: rpId,
      requireUserVerification: false,
      supportedAlgorithmIDs: ALGORITHMS,
    });
    if (registrationInfo === undefined) return null;
    const { length } = Buffer.from(registrationInfo.credential.id, 'base64url');
    return length > CREDENTIAL_ID_BYTES_MAX ? null : registrationInfo;
  } catch {
    // The library throws for every defect of a response; the caller does not learn which.
    return null;
  }
}

/** What a valid signature of a passkey proves. */
export interface PasskeyUse {
  readonly signCount: number;
  readonly backedUp: boolean;
  /** Its counter did not grow, so there may be a copy of it. */
  readonly isCloned: boolean;
}

/**
 * Returns null unless the passkey signed this challenge, for an origin and the RP ID of this shop, with its user present,
 * and verified where that is required, with an algorithm that counts. A counter that always was 0 says nothing. Source: WebAuthn Level 3 §7.2.
 */
export async function verifyPasskey(
  { rpId, origins }: PasskeyScope,
  nonce: Buffer,
  response: AuthenticationResponseJSON,
  passkey: StoredPasskey,
  requireUserVerification: boolean,
): Promise<PasskeyUse | null> {
  const { verifyAuthenticationResponse } = await load();
  try {
    if (!(await isStrong(passkey))) return null;
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: nonce.toString('base64url'),
      expectedOrigin: [...origins],
      expectedRPID: rpId,
      // The counter is compared below, to tell a copy from other defects.
      credential: {
        id: passkey.credentialId.toString('base64url'),
        publicKey: bytes(passkey.publicKey),
        counter: 0,
      },
      requireUserVerification,
    });
    if (!verified) return null;
    const { newCounter: signCount, credentialBackedUp: backedUp } = authenticationInfo;
    const isCloned = passkey.signCount > 0 && signCount <= passkey.signCount;
    return { signCount, backedUp, isCloned };
  } catch {
    return null;
  }
}

/** Returns whether a passkey signs as new ones do. An earlier version took others, and the library verifies them. */
export async function isStrong({ publicKey }: Pick<StoredPasskey, 'publicKey'>): Promise<boolean> {
  const { cose, decodeCredentialPublicKey } = await loadHelpers();
  const algorithm = decodeCredentialPublicKey(bytes(publicKey)).get(cose.COSEKEYS.alg);
  return algorithm !== undefined && ALGORITHMS.includes(algorithm);
}

/** Returns the bytes that a passkey stores as its user: the id, which says nothing about the person. */
export function buildUserHandle(userId: string): Uint8Array<ArrayBuffer> {
  return bytes(Buffer.from(userId.replaceAll('-', ''), 'hex'));
}

function describePasskey({ credentialId, transports }: KnownPasskey) {
  return { id: credentialId.toString('base64url'), transports: [...transports] };
}

/** Returns a copy in memory of its own, as the library requires. */
function bytes(buffer: Buffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer);
}
