/** Accounts: who callers are and what they may do. Owns users (guests too), sessions, known devices, second factors, API keys, the links of mails, and notices. */

export { listValidKeys } from './access/api-key-queries.ts';
export {
  type AccountMail,
  type AccountMailContent,
  type AccountMailKind,
  type NoticeFacts,
  type NoticeMailKind,
  noticeKinds,
  type OpenedAccountMail,
} from './account-mail.ts';
export { findActorNamesById } from './actor-names.ts';
export { type AccountsDependencies, createAccounts } from './create-accounts.ts';
export { accountsDeclaration } from './declaration.ts';
export { EMAIL_LENGTH_MAX, type Email, emailKey, parseEmail } from './email.ts';
export { accountsErrors } from './errors.ts';
export { buildFactorKeyId } from './factor-cipher.ts';
export { countKeyUse } from './factors/count-key-use.ts';
export { countStaffWithWeakPasskeys } from './factors/count-weak-passkeys.ts';
export { countStrandedPasskeys } from './factors/factor-queries.ts';
export { resetFactorsOf } from './factors/reset-factors.ts';
export type { GuessLimits } from './guess-limits.ts';
export { insertGuests, lockGuests, type NewGuest } from './guests.ts';
export type { PasskeyScope } from './passkey-scope.ts';
export { findMailedIds, lockGuestRows } from './personal-data/erase-queries.ts';
export { findPersonRows } from './personal-data/find-person.ts';
export { countUsers, findActiveUsers, findCustomers, lockCustomers } from './queries.ts';
export { ActorName, ActorReply, NoReply } from './routes/schemas.ts';
export type { SessionLimits } from './session-limits.ts';
export type { Accounts } from './use-cases.ts';
export type { Customer } from './user.ts';
export { requireUserCaller } from './user-caller.ts';
export { disable, enable, type KeysOption, setRole } from './users/administer-user.ts';
export { addUser, createUser, createUserOnce } from './users/create-user.ts';
export { ensureCustomers, isUsableEmail } from './users/ensure-customers.ts';
