import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { SubmitEvent } from 'react';
import { api } from '../../shared/api.ts';
import { PROFILE_KEY } from '../../shared/queries.ts';
import type { Profile } from '../../shared/session.ts';
import { Field } from '../parts/field.tsx';
import { Problem } from '../parts/problem.tsx';
import { Done } from './done.tsx';

export function NameForm({ profile }: { profile: Profile }) {
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: (name: string) => api.PATCH('/api/auth/profile', { body: { name } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: [PROFILE_KEY] }),
  });
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    save.mutate(String(new FormData(event.currentTarget).get('name')).trim());
  };
  return (
    <form onSubmit={submit}>
      <Field
        label="Name"
        name="name"
        autoComplete="name"
        dir="auto"
        maxLength={200}
        defaultValue={profile.name}
        onChange={() => save.reset()}
      />
      <Problem error={save.error} />
      <div className="actions">
        <button type="submit" className="button" disabled={save.isPending}>
          Save the name
        </button>
        {save.isSuccess && <Done onSeen={save.reset}>Saved.</Done>}
      </div>
    </form>
  );
}
