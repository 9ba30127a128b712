import type { FactorType } from '../../shared/caller.ts';

/** What the owner of an account is told by mail, because it may have been somebody else. */
export const noticeKinds = [
  'password_changed',
  'factor_added',
  'factor_removed',
  'factors_reset',
  'recovery_codes_created',
  'recovery_code_used',
  'new_device',
  'refresh_reused',
  'email_change_requested',
  'email_changed',
  'email_change_undone',
] as const;

export type NoticeKind = (typeof noticeKinds)[number];
export type NoticeMailKind = `account.${NoticeKind}`;

/**
 * The kinds of mail about accounts: links for a new password, to an address that is to be proven and to one that is to
 * become that of an account, a mail to an address that somebody else has an account with, and notices.
 */
export type AccountMailKind =
  | 'password.reset'
  | 'email.verify'
  | 'email.confirm'
  | 'email.taken'
  | NoticeMailKind;

/** A mail to be sent, by the id of the reset, link or notice that it is about. Nothing of its text. */
export interface AccountMail {
  readonly kind: AccountMailKind;
  readonly id: string;
}

/** What a mail about an account is written from. Nothing in it was typed by anybody. */
export interface AccountMailContent {
  readonly recipient: string;
  /** Whether the account is one of staff, who sign in to the console. */
  readonly isStaff: boolean;
  /** Of the mail's link, which grants access or changes an account. For the mail only; never stored. Null: no such link. */
  readonly token: string | null;
  /** Null for a mail that is no notice. */
  readonly notice: NoticeFacts | null;
}

export interface OpenedAccountMail extends AccountMailContent {
  /** Whose account it is about. */
  readonly userId: string;
}

export interface NoticeFacts {
  readonly at: Date;
  /** The network address of the request; null: there was none, as on the command line. */
  readonly address: string | null;
  /** Such as `Firefox on Windows`; null: unknown. */
  readonly browser: string | null;
  /** The kind of second factor that was added or removed. */
  readonly factor: FactorType | null;
}
