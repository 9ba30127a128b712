/**
 * The events of the security log and the message of their lines. A new event is one line here and one call of `record`
 * or `recordSecurity`, or the `security` of a refusal.
 */
export const securityEvents = {
  'sign_in.ok': 'signed in',
  'sign_in.failed': 'a sign-in failed',
  'step_up.ok': 'proved again who they are',
  'refresh.reused': 'a spent refresh token was used again',
  'access.refused': 'access was refused',
  'limit.reached': 'a limit was reached',
  'session.ended': 'sessions were ended',
  'session.foreign_cookie': 'a cookie of a session of another browser was refused',
  'password.changed': 'a password was changed',
  'reset.asked': 'a password reset was requested',
  'reset.used': 'a password was reset',
  'email.change_asked': 'another e-mail address was requested',
  'email.changed': 'an e-mail address was changed',
  'email.change_undone': 'a change of an e-mail address was undone',
  'email.verified': 'an e-mail address was verified',
  'factor.added': 'a second factor was added',
  'factor.used': 'a second factor was used',
  'factor.failed': 'a proof of a second factor was wrong',
  'factor.removed': 'a second factor was removed',
  'factors.reset': 'the second factors of a user were removed by somebody else',
  'recovery_code.used': 'a recovery code was used',
  'role.changed': 'a role was changed',
  'user.disabled': 'a user was disabled',
  'user.enabled': 'a user was enabled',
  'user.erased': 'a person was erased',
  'key.created': 'an API key was created',
  'key.first_used': 'an API key was used for the first time',
  'key.revoked': 'an API key was revoked',
  'settings.weak': 'a setting of this server is insecure',
} as const;

export type SecurityEvent = keyof typeof securityEvents;

/** Ids, codes and names that we chose. Never tokens, passwords, e-mail addresses, or other text that people typed. */
export type SecurityDetails = Readonly<Record<string, string | number | boolean | undefined>>;

/** A security event whose request is known to the recipient of the fact. */
export interface SecurityFact {
  readonly event: SecurityEvent;
  readonly details?: SecurityDetails;
}

/** Where an event came from; null if no request caused it. */
export interface SecuritySource {
  readonly address: string | null;
  readonly requestId: string | null;
}

export interface SecurityLog {
  /** Counts the event and logs it. To be called once the change is committed. */
  record(event: SecurityEvent, source: SecuritySource, details?: SecurityDetails): void;
}

/** The source of what a server does of its own accord. */
export const noRequest: SecuritySource = { address: null, requestId: null };

/** For where nothing is recorded, such as the command line. */
export const silentSecurityLog: SecurityLog = { record() {} };
