/**
 * Privacy: gives people out what the shop keeps about them, and erases them. Owns `erasures`; each module answers for its own
 * tables (`PersonalDataPart`).
 */
export { createPrivacy } from './create-privacy.ts';
export { privacyDeclaration } from './declaration.ts';
export type { ErasedAgain } from './erase-again.ts';
export { listErased } from './queries.ts';
