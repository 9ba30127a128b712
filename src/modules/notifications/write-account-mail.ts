import type {
  AccountMailContent,
  AccountMailKind,
  NoticeFacts,
  NoticeMailKind,
} from '../accounts/index.ts';
import { formatTime } from './format-time.ts';
import type { AccountTextSettings, MailContent } from './mail-content.ts';

/** What a mail about an account says. Nothing in it was typed by anybody, because it may reach a stranger. */
interface AccountText {
  readonly subject: string;
  readonly paragraphs: readonly string[];
  readonly link: Link;
}

interface Link {
  readonly label: string;
  /** Below the shop's. */
  readonly path: string;
  /** Whether the console has this page, too, to which staff are led. */
  readonly isInConsole: boolean;
  /** Whether the link contains the mail's token. */
  readonly hasToken: boolean;
}

const choosePassword: Link = {
  label: 'Choose a new password',
  path: '/forgot',
  isInConsole: true,
  hasToken: false,
};
const openShop: Link = { isInConsole: false, label: 'Open the shop', path: '', hasToken: false };
/** In the shop for staff, too: an address that is not proven may be a stranger's, who should not learn of the console. */
const confirmAddress: Link = {
  label: 'Confirm this address',
  path: '/verify',
  isInConsole: false,
  hasToken: true,
};
const undoChange: Link = {
  isInConsole: true,
  label: 'Undo the change',
  path: '/email-undo',
  hasToken: true,
};

const NOT_YOU =
  'If this was not you, choose a new password now: that signs everyone else out. The link below leads there.';
/** For what a new password would not undo. */
const ASK_US = 'If it still does not stop, ask us for help.';

const FACTOR_STAYS =
  'A new password does not remove the factor. If you cannot remove it on the page of your account, ask us to.';

/** The texts of mails with a link that was asked for, or would have been. */
const linkTexts: Readonly<Record<Exclude<AccountMailKind, NoticeMailKind>, AccountText>> = {
  'password.reset': {
    subject: 'Choose a new password',
    paragraphs: [
      'Someone, hopefully you, requested a new password for the account with this address.',
      'The link below works once, within 30 minutes of the request.',
      'If it was not you, ignore this mail: your password is unchanged.',
    ],
    link: { label: 'Choose a new password', path: '/reset', isInConsole: true, hasToken: true },
  },
  'email.verify': {
    subject: 'Confirm your e-mail address',
    paragraphs: [
      'Someone, hopefully you, signed up with this address.',
      'The link below works once, within 24 hours. It confirms that the address is yours.',
      'If it was not you, ignore this mail: the address stays unconfirmed.',
    ],
    link: confirmAddress,
  },
  'email.confirm': {
    subject: 'Confirm your new e-mail address',
    paragraphs: [
      'Someone, hopefully you, wants to use this address for their account.',
      'The link below works once, within 24 hours. Until then the account keeps its former address.',
      'If it was not you, ignore this mail: nothing changes.',
    ],
    link: confirmAddress,
  },
  'email.taken': {
    subject: 'You already have an account with this address',
    paragraphs: [
      'Someone, hopefully you, wanted to use this address for another account. It stays with yours, and nothing has changed.',
      'If it was you, sign in with this address, or choose a new password for it.',
      'If it was not you, ignore this mail: they were not told that you have an account.',
    ],
    link: choosePassword,
  },
};

const factorNames = { passkey: 'A passkey', totp: 'An authenticator app' } as const;

function nameFactor({ factor }: NoticeFacts): string {
  return factor === null ? 'A second factor' : factorNames[factor];
}

/** The texts of notices, before when and from where. */
const noticeTexts: Readonly<
  Record<
    NoticeMailKind,
    {
      readonly subject: string;
      readonly sentence: string | ((facts: NoticeFacts) => string);
      readonly advice: readonly string[];
      readonly link: Link;
    }
  >
> = {
  'account.password_changed': notice(
    'Your password was changed',
    'The password of your account was changed.',
  ),
  'account.factor_added': notice(
    'A second factor was added to your account',
    (facts) => `${nameFactor(facts)} was added to your account as a second factor.`,
    FACTOR_STAYS,
  ),
  'account.factor_removed': notice(
    'A second factor was removed from your account',
    (facts) => `${nameFactor(facts)} was removed from the second factors of your account.`,
    ASK_US,
  ),
  'account.factors_reset': notice(
    'The second factors of your account were reset',
    'All second factors and recovery codes of your account were removed by an administrator. You can set up new ones after you have signed in.',
    ASK_US,
  ),
  'account.recovery_codes_created': notice(
    'You have new recovery codes',
    'New recovery codes were created for your account. Earlier ones no longer work.',
    ASK_US,
  ),
  'account.recovery_code_used': notice(
    'A recovery code was used',
    'A recovery code of your account was used in place of a second factor. It works no longer.',
    ASK_US,
  ),
  'account.new_device': notice(
    'A sign-in from a new device',
    'Your account was used on a device that has not been used with it before.',
  ),
  'account.refresh_reused': notice(
    'You were signed out on one device',
    'A key of a session of your account was used twice. That can mean that somebody has copied it, so that session was ended.',
  ),
  'account.email_change_requested': {
    subject: 'Your e-mail address is to be changed',
    sentence:
      'Another address was entered for your account. It takes effect once it is confirmed there.',
    advice: [
      'If this was not you, the link below stops it and signs everyone out. Then choose a new password.',
    ],
    link: undoChange,
  },
  'account.email_changed': {
    subject: 'Your e-mail address was changed',
    sentence: 'Your account has another e-mail address now, which was confirmed.',
    advice: [
      'If this was not you, the link below gives the account this address back and signs everyone out. It works for seven days. Then choose a new password.',
    ],
    link: undoChange,
  },
  'account.email_change_undone': notice(
    'A change of an e-mail address was undone',
    'With the link of a mail, an account was given its former e-mail address back. Everyone was signed out of it.',
  ),
};

function notice(
  subject: string,
  sentence: string | ((facts: NoticeFacts) => string),
  ...more: readonly string[]
) {
  return { subject, sentence, advice: [NOT_YOU, ...more], link: choosePassword };
}

/** Writes the mails about accounts. */
export interface AccountMailWriter {
  findSubject(kind: AccountMailKind): string;
  write(
    kind: AccountMailKind,
    content: AccountMailContent,
    settings: AccountTextSettings,
  ): MailContent;
}

/** Creates the writer. `separator` stands between a link and its token. */
export function createAccountMailWriter(separator: '?' | '#'): AccountMailWriter {
  const buildLink = (
    { label, path, isInConsole, hasToken }: Link,
    { token, isStaff }: AccountMailContent,
    { publicUrl, consoleUrl }: AccountTextSettings,
  ) => {
    const page = isInConsole && isStaff ? `${consoleUrl}/console` : `${publicUrl}/shop`;
    const secret = hasToken ? `${separator}token=${token}` : '';
    return { label, url: page + path + secret };
  };
  return {
    findSubject: (kind) => (isNotice(kind) ? noticeTexts[kind] : linkTexts[kind]).subject,
    write(kind, content, settings) {
      const { notice: facts, token } = content;
      const text = isNotice(kind)
        ? describeNotice(kind, facts!, token, settings.timeZone)
        : linkTexts[kind];
      return {
        subject: text.subject,
        greeting: 'Hello,',
        paragraphs: text.paragraphs,
        order: null,
        link: buildLink(text.link, content, settings),
      };
    },
  };
}

function isNotice(kind: AccountMailKind): kind is NoticeMailKind {
  return kind in noticeTexts;
}

function describeNotice(
  kind: NoticeMailKind,
  facts: NoticeFacts,
  token: string | null,
  timeZone: string,
): AccountText {
  const { subject, sentence, ...usual } = noticeTexts[kind];
  // A link that no longer undoes anything is not offered: a new password is what is left to do.
  const isSpent = usual.link.hasToken && token === null;
  const { advice, link } = isSpent ? { advice: [NOT_YOU, ASK_US], link: choosePassword } : usual;
  const { at, address, browser } = facts;
  const when = `When: ${formatTime(at, { timeZone, withZone: true })}.`;
  const where =
    address === null
      ? 'From where: the server itself.'
      : `From where: the network address ${address}, with ${browser ?? 'an unknown program'}.`;
  const told = typeof sentence === 'string' ? sentence : sentence(facts);
  // To the address that the account has no longer: its reader is not told where the owner is.
  if (kind === 'account.email_change_undone' && address === null) {
    const help = 'If you did not expect this, ask us for help.';
    return { subject, paragraphs: [told, when, help], link: openShop };
  }
  return { subject, paragraphs: [told, when, where, ...advice], link };
}
