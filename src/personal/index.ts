/** Personal data as ciphertext, under a key of the person: to destroy the key is to erase it. */
export { decryptPersonal, encryptPersonal, type PersonalPlace } from './personal-cipher.ts';
export {
  destroyPersonalKeys,
  ensurePersonalKeys,
  noKeys,
  type PersonalKeys,
} from './personal-keys.ts';
