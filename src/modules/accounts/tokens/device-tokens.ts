import { randomBytes } from 'node:crypto';
import { sha256 } from '../../../shared/canonical-json.ts';

/** 32 bytes in base64url. */
const SHAPE = /^[A-Za-z0-9_-]{43}$/;

/** Creates the random token by which a browser is known, in a cookie of its own. */
export function createDeviceToken(): string {
  return randomBytes(32).toString('base64url');
}

export function isDeviceToken(text: string): boolean {
  return SHAPE.test(text);
}

/** Hashes the token of a device for storage. */
export function hashDevice(token: string): Buffer {
  return sha256('device', token);
}

/** Returns what access tokens state of the browser that they were set in, from a hash of its device. */
export function shortenDeviceHash(hash: Buffer): string {
  return hash.toString('base64url', 0, 16);
}
