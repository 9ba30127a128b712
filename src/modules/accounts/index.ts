/**
 * Accounts: who somebody is and what he may do. Owns users, sessions, password resets and API keys.
 */
export { namesOfActors } from './actor-names.ts';
export { disable, setRole } from './administer-user.ts';
export { type Accounts, type AccountsOptions, createAccounts } from './create-accounts.ts';
export { createUser, type NewUser } from './create-user.ts';
export { emailKey } from './email.ts';
export { ensureCustomers, isUsableEmail } from './ensure-customers.ts';
export { accountsConstraints, accountsErrors } from './errors.ts';
export type { OpenReset } from './open-reset.ts';
export { isCommonPassword } from './password-rule.ts';
export { countUsers, findActiveUsers, findCustomers, lockCustomers } from './queries.ts';
export { purgeResets } from './reset-queries.ts';
export { registerAccountsRoutes } from './routes.ts';
export { ActorName, ActorReply } from './schemas.ts';
export { purgeFamilies, purgeSpentTokens } from './session-queries.ts';
export type { Customer, User } from './user.ts';
