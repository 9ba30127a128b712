import { statement } from '../../../database/statement.ts';

/*
 * What the module keeps of a person, without hashes, secrets and keys. Most lists are short: what grows is limited or deleted
 * after a time.
 */

type OfUsers = [userIds: readonly string[]];

export const collectUsers = statement<OfUsers, object>(
  'accounts.collect_users',
  `select id, guest, email, email_verified_at as "emailVerifiedAt", original_email_key as "firstEmail", name, phone,
          role, vip, password_change_required as "passwordChangeRequired", disabled_at as "disabledAt",
          nullif(access_changed_at, '-infinity') as "accessChangedAt", created_at as "createdAt",
          updated_at as "updatedAt"
     from users
    where id = any($1::uuid[])
    order by guest, id`,
);

export const collectFactors = statement<OfUsers, object>(
  'accounts.collect_factors',
  `select id, type, name, created_at as "createdAt", confirmed_at as "confirmedAt", last_used_at as "lastUsedAt",
          rp_id as "site", transports, backed_up as "backedUp"
     from factors
    where user_id = any($1::uuid[])
    order by created_at, id`,
);

export const collectRecoveryCodes = statement<OfUsers, object>(
  'accounts.collect_recovery_codes',
  `select created_at as "createdAt", used_at as "usedAt"
     from recovery_codes
    where user_id = any($1::uuid[])
    order by created_at`,
);

export const collectChallenges = statement<OfUsers, object>(
  'accounts.collect_challenges',
  `select kind, created_at as "createdAt", expires_at as "expiresAt", used_at as "usedAt"
     from factor_challenges
    where user_id = any($1::uuid[])
    order by created_at`,
);

export const collectFailures = statement<OfUsers, object>(
  'accounts.collect_failures',
  `select failed_at as "failedAt"
     from factor_failures
    where user_id = any($1::uuid[])
    order by failed_at`,
);

/** Sessions that have ended are deleted after a month. Each refresh replaced a token. */
export const collectSessions = statement<OfUsers, object>(
  'accounts.collect_sessions',
  `select id, created_at as "createdAt", authenticated_at as "authenticatedAt", last_used_at as "lastUsedAt",
          expires_at as "expiresAt", ended_at as "endedAt", end_reason as "endReason", address,
          user_agent as "userAgent",
          array(
            select issued_at
              from refresh_tokens
             where family_id = refresh_families.id
             order by issued_at) as "refreshedAt"
     from refresh_families
    where user_id = any($1::uuid[])
    order by created_at, id`,
);

export const collectDevices = statement<OfUsers, object>(
  'accounts.collect_devices',
  `select kind, created_at as "createdAt", last_used_at as "lastUsedAt", returned
     from known_devices
    where user_id = any($1::uuid[])
    order by created_at`,
);

export const collectLinks = statement<OfUsers, object>(
  'accounts.collect_links',
  `select purpose, email, created_at as "createdAt", expires_at as "expiresAt", used_at as "usedAt"
     from email_links
    where user_id = any($1::uuid[])
    order by created_at, id`,
);

export const collectResets = statement<OfUsers, object>(
  'accounts.collect_resets',
  `select created_at as "createdAt", expires_at as "expiresAt", used_at as "usedAt"
     from password_resets
    where user_id = any($1::uuid[])
    order by created_at`,
);

export const collectNotices = statement<OfUsers, object>(
  'accounts.collect_notices',
  `select kind, created_at as "createdAt", address, browser, factor, recipient
     from account_notices
    where user_id = any($1::uuid[])
    order by created_at, id`,
);

export const collectApiKeys = statement<OfUsers, object>(
  'accounts.collect_api_keys',
  `select id, name, prefix, scopes, created_by = any($1::uuid[]) as "createdByPerson",
          held_by = any($1::uuid[]) as "heldByPerson", refund_max_minor as "refundMaxMinor",
          created_at as "createdAt", expires_at as "expiresAt", last_used_at as "lastUsedAt",
          revoked_at as "revokedAt"
     from api_keys
    where held_by = any($1::uuid[])
       or created_by = any($1::uuid[])
    order by created_at, id`,
);
