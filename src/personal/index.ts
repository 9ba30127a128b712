/** Personal data as ciphertext, under a key of the person: to destroy the key is to erase it. */
export { encryptedPersonalKeys } from './encrypted-keys.ts';
export { decryptPersonal, encryptPersonal, type PersonalPlace } from './personal-cipher.ts';
export {
  destroyPersonalKeys,
  ensurePersonalKeys,
  noKeys,
  openPersonalKey,
  type PersonalKeys,
  type StoredPersonalKey,
  selectPersonalKey,
} from './personal-keys.ts';
