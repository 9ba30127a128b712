import { statement } from '../../../database/statement.ts';

/** `step_up` is for a user who has signed in, and signs nobody in. */
export type ChallengeKind = 'sign_in' | 'step_up' | 'passkey' | 'registration';

/** A challenge that can still be met. */
export interface ChallengeRow {
  id: string;
  kind: ChallengeKind;
  /** Null if anyone with a passkey may answer the challenge. */
  userId: string | null;
  /** What a passkey signs; null if none can be used. */
  nonce: Buffer | null;
}

export const insertChallenge = statement<
  [id: string, kind: ChallengeKind, userId: string | null, nonce: Buffer | null],
  { id: string }
>(
  'accounts.insert_challenge',
  `insert into factor_challenges (id, kind, user_id, nonce, expires_at)
   values ($1::uuid, $2::text, $3::uuid, $4::bytea, clock_timestamp() + interval '5 minutes')
   returning id`,
);

export const findOpenChallenge = statement<[id: string], ChallengeRow>(
  'accounts.find_challenge',
  `select id, kind, user_id as "userId", nonce
     from factor_challenges
    where id = $1::uuid
      and used_at is null
      and expires_at > clock_timestamp()`,
);

/** Finds a challenge by what a passkey signed. */
export const findChallengeByNonce = statement<[nonce: Buffer], ChallengeRow>(
  'accounts.find_challenge_by_nonce',
  `select id, kind, user_id as "userId", nonce
     from factor_challenges
    where nonce = $1::bytea
      and used_at is null
      and expires_at > clock_timestamp()`,
);

/** Returns no row if the challenge was used meanwhile, voided, or has expired. */
export const spendChallenge = statement<[id: string], { id: string }>(
  'accounts.use_challenge',
  `update factor_challenges
      set used_at = clock_timestamp()
    where id = $1::uuid
      and used_at is null
      and expires_at > clock_timestamp()
   returning id`,
);

/** Voids what an earlier password, or an earlier set of factors, began. */
export const voidChallenges = statement<[userId: string], never>(
  'accounts.void_challenges',
  `delete from factor_challenges
    where user_id = $1::uuid`,
);

/** Deletes challenges that can no longer be met. */
export const purgeChallenges = statement<[limit: number], { id: string }>(
  'accounts.purge_challenges',
  `delete from factor_challenges
    where id in (
      select id
        from factor_challenges
       where expires_at < now()
       limit $1::int)
   returning id`,
);
