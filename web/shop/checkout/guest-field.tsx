import { Link } from 'wouter';
import { ContactFields } from '../fulfilment/contact-fields.tsx';
import type { FulfilmentAccess } from '../fulfilment/use-fulfilment.ts';
import { Field } from '../parts/field.tsx';

const EMAIL_MAX = 254;

interface GuestFieldProps {
  readonly email: string;
  readonly fulfilment: FulfilmentAccess;
  onEmail(email: string): void;
}

/** Enters whom an order without an account is for. */
export function GuestField({ email, fulfilment, onEmail }: GuestFieldProps) {
  const { draft, missing, change } = fulfilment;
  return (
    <fieldset className="guest">
      <legend>Your details</legend>
      <p className="quiet">
        You need no account.{' '}
        <Link href="/sign-in?then=/cart" className="text-link">
          Sign in
        </Link>{' '}
        if you have one.
      </p>
      <Field
        label="E-mail"
        name="email"
        type="email"
        autoComplete="email"
        required
        maxLength={EMAIL_MAX}
        hint="For the link to your order, and its receipt."
        value={email}
        onChange={({ target }) => onEmail(target.value)}
      />
      <ContactFields draft={draft} isPhoneWrong={missing === 'phone'} needsName onChange={change} />
    </fieldset>
  );
}

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** Returns what a guest still has to enter; null if it is enough to order. */
export function describeMissingGuest(email: string, name: string): string | null {
  if (!EMAIL.test(email.trim())) return 'Enter your e-mail address.';
  return name.trim() === '' ? 'Enter your name.' : null;
}
