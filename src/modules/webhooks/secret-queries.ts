import { statement } from '../../database/statement.ts';

/** The secrets of an endpoint as they are stored. */
export interface StoredSecrets {
  /** Null: it was lost with the key under which it was encrypted. */
  secret: string | null;
  secretKeyId: string | null;
  previousSecret: string | null;
  previousSecretKeyId: string | null;
}

export interface StoredSecretsRow extends StoredSecrets {
  id: string;
}

/** Returns the ids of the keys under which secrets are encrypted, each once. Null: some are in clear. */
export const listSecretKeyIds = statement<[], { keyId: string | null }>(
  'webhooks.list_secret_key_ids',
  `select secret_key_id as "keyId"
     from webhook_endpoints
    where secret is not null
   union
   select previous_secret_key_id
     from webhook_endpoints
    where previous_secret is not null`,
);

export const countSecretsUnder = statement<[keyId: string], { count: number }>(
  'webhooks.count_secrets_under',
  `select count(*)::int as count
     from webhook_endpoints
    where secret_key_id = $1::text
       or previous_secret_key_id = $1::text`,
);

/** Returns endpoints with a secret that is in clear or under a former key, and with none under a key that is neither. */
export const findSecretsUnderOthers = statement<
  [currentId: string | null, formerIds: readonly string[], limit: number],
  StoredSecretsRow
>(
  'webhooks.find_secrets_under_others',
  `select id, secret, secret_key_id as "secretKeyId", previous_secret as "previousSecret",
          previous_secret_key_id as "previousSecretKeyId"
     from webhook_endpoints
    where ((secret is not null and secret_key_id is distinct from $1::text)
           or (previous_secret is not null and previous_secret_key_id is distinct from $1::text))
      and (secret_key_id is null or secret_key_id = $1::text or secret_key_id = any($2::text[]))
      and (previous_secret_key_id is null
           or previous_secret_key_id = $1::text
           or previous_secret_key_id = any($2::text[]))
    order by id
    limit $3::int`,
);

/** Counts the endpoints that would receive something if they had a secret. */
export const countLostSecrets = statement<[], { count: number }>(
  'webhooks.count_lost_secrets',
  `select count(*)::int as count
     from webhook_endpoints
    where secret is null
      and active`,
);

/** Replaces secrets by the same ones, encrypted anew, unless they have changed. */
export const replaceSecrets = statement<
  [
    id: string,
    storedSecret: string | null,
    storedPrevious: string | null,
    secret: string | null,
    secretKeyId: string | null,
    previous: string | null,
    previousKeyId: string | null,
  ],
  { id: string }
>(
  'webhooks.replace_secrets',
  `update webhook_endpoints
      set secret = $4::text,
          secret_key_id = $5::text,
          previous_secret = $6::text,
          previous_secret_key_id = $7::text
    where id = $1::uuid
      and secret is not distinct from $2::text
      and previous_secret is not distinct from $3::text
   returning id`,
);

/** Removes the secrets that are encrypted under a key. */
export const forgetSecretsUnder = statement<[keyId: string], { id: string }>(
  'webhooks.forget_secrets_under',
  `update webhook_endpoints
      set secret = case when secret_key_id = $1::text then null else secret end,
          secret_key_id = nullif(secret_key_id, $1::text),
          previous_secret = case when previous_secret_key_id = $1::text then null else previous_secret end,
          previous_valid_until = case when previous_secret_key_id = $1::text then null else previous_valid_until end,
          previous_secret_key_id = nullif(previous_secret_key_id, $1::text),
          updated_at = now()
    where secret_key_id = $1::text
       or previous_secret_key_id = $1::text
   returning id`,
);
