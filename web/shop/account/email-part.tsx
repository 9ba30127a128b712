import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { apiWithoutRetries } from '../../shared/api.ts';
import { PROFILE_KEY } from '../../shared/queries.ts';
import type { Profile } from '../../shared/session.ts';
import { Field } from '../parts/field.tsx';
import { Problem } from '../parts/problem.tsx';
import { Done } from './done.tsx';
import { Part } from './part.tsx';
import { useSendLink } from './use-send-link.ts';

/** The address, whether it is confirmed, and its change, which takes effect when the new one is confirmed. */
export function EmailPart({ profile }: { profile: Profile }) {
  const [isChanging, setIsChanging] = useState(false);
  const change = useChangeEmail();
  const { email } = profile;
  const newEmail = change.variables;
  return (
    <Part title="E-mail">
      <p className="account-email">
        <bdi>{email}</bdi>{' '}
        <span className={profile.emailVerified ? 'mark' : 'mark unsure'}>
          {profile.emailVerified ? 'Confirmed' : 'Not confirmed'}
        </span>
      </p>
      {!profile.emailVerified && <Unconfirmed />}
      {change.isSuccess && (
        <div className="told" role="status">
          <strong>Check your mailbox.</strong>
          <p>
            We have sent a link to <bdi>{newEmail}</bdi>. Until you open it, your address stays{' '}
            <bdi>{email}</bdi>.
          </p>
        </div>
      )}
      {isChanging ? (
        <ChangeForm
          change={change}
          onClose={() => {
            change.reset();
            setIsChanging(false);
          }}
          onDone={() => setIsChanging(false)}
        />
      ) : (
        <button type="button" className="more" onClick={() => setIsChanging(true)}>
          Change the address
        </button>
      )}
    </Part>
  );
}

function Unconfirmed() {
  const send = useSendLink();
  return (
    <>
      <p className="quiet">
        We have sent you a link. Until you open it, the mails about your orders leave out what you
        have written yourself, such as notes and addresses.
      </p>
      <Problem error={send.error} />
      {send.isSuccess ? (
        <Done>We have sent it again. The link works once, for 24 hours.</Done>
      ) : (
        <button
          type="button"
          className="more"
          disabled={send.isPending}
          onClick={() => send.mutate()}
        >
          Send the link again
        </button>
      )}
    </>
  );
}

interface ChangeFormProps {
  readonly change: ReturnType<typeof useChangeEmail>;
  onClose(): void;
  onDone(): void;
}

function ChangeForm({ change, onClose, onDone }: ChangeFormProps) {
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const email = String(new FormData(event.currentTarget).get('email')).trim();
    change.mutate(email, { onSuccess: onDone });
  };
  return (
    <form onSubmit={submit}>
      <Field
        label="New e-mail address"
        name="email"
        type="email"
        autoComplete="email"
        required
        maxLength={254}
        hint="We send a link to it. The address changes when you open the link."
      />
      <Problem error={change.error} />
      <div className="actions">
        <button type="submit" className="button" disabled={change.isPending}>
          Send the link
        </button>
        <button type="button" className="more" onClick={onClose}>
          Cancel
        </button>
      </div>
    </form>
  );
}

function useChangeEmail() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (email: string) =>
      apiWithoutRetries.PATCH('/api/auth/profile', { body: { email } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: [PROFILE_KEY] }),
  });
}
