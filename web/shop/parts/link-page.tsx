import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { isTransient } from '../../shared/api.ts';
import { useLinkToken } from '../../shared/link-token.ts';
import { PROFILE_KEY } from '../../shared/queries.ts';
import { useTitle } from '../../shared/title.ts';
import { Notice } from './notice.tsx';
import { hasCode, Problem } from './problem.tsx';

interface LinkPageProps {
  readonly title: string;
  readonly text: ReactNode;
  readonly submitLabel: string;
  readonly doneTitle: string;
  readonly done: ReactNode;
  /** What to do about a link that no longer works. */
  readonly help: ReactNode;
  use(token: string): Promise<unknown>;
}

/** The page of a link in a mail. */
export function LinkPage(props: LinkPageProps) {
  useTitle(props.title);
  const token = useLinkToken();
  if (token === null) {
    return (
      <Notice title="This link is not complete.">
        <p>Open it from the mail once more.</p>
      </Notice>
    );
  }
  return <LinkForm key={token} token={token} {...props} />;
}

/** Acts when its button is pressed: programs that look through mails open links, too. */
function LinkForm({ token, ...page }: LinkPageProps & { token: string }) {
  const queries = useQueryClient();
  const act = useMutation({
    mutationFn: () => page.use(token),
    onSuccess: () => queries.invalidateQueries({ queryKey: [PROFILE_KEY] }),
  });
  const { error } = act;
  if (act.isSuccess) return <Notice title={page.doneTitle}>{page.done}</Notice>;
  if (hasCode(error) && !isTransient(error.status)) {
    return (
      <Notice title={page.title}>
        <Problem error={error} />
        {page.help}
      </Notice>
    );
  }
  return (
    <Notice title={page.title}>
      {page.text}
      {error === null ? (
        <button
          type="button"
          className="button"
          disabled={act.isPending}
          onClick={() => act.mutate()}
        >
          {page.submitLabel}
        </button>
      ) : (
        <Problem error={error} onRetry={() => act.mutate()} />
      )}
    </Notice>
  );
}
