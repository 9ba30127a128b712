import './hint.css';
import { useState } from 'react';
import { Link } from 'wouter';
import { storageKey } from '../../shared/paths.ts';
import { useProfile } from '../../shared/session.ts';

/** The id of the customer who has closed the hint. */
const READ = storageKey('unconfirmed-hint-read');

/**
 * Reminds a customer to confirm their address, below what they came for, until they close it: nothing depends on it
 * while they order.
 */
export function UnconfirmedHint() {
  const profile = useProfile();
  const [read, setRead] = useState(() => localStorage.getItem(READ));
  if (!profile || profile.emailVerified || profile.id === read) return null;
  const { id, email } = profile;
  return (
    <aside className="hint" aria-label="Your e-mail address">
      <p>
        Please confirm your e-mail address with the link that we have sent to <bdi>{email}</bdi>.{' '}
        <Link href="/account" className="text-link">
          No mail?
        </Link>
      </p>
      <button
        type="button"
        className="plain"
        aria-label="Close the hint"
        onClick={() => {
          localStorage.setItem(READ, id);
          setRead(id);
        }}
      >
        ×
      </button>
    </aside>
  );
}
