import { Button, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useLinkToken } from '../../shared/link-token.ts';
import { PROFILE_KEY } from '../../shared/queries.ts';
import { NarrowPage } from './narrow-page.tsx';
import { Problem } from './problem.tsx';

interface LinkPageProps {
  readonly title: string;
  readonly text: string;
  readonly submitLabel: string;
  readonly doneTitle: string;
  readonly done: ReactNode;
  use(token: string): Promise<unknown>;
}

/** The page of a link in a mail to staff. */
export function LinkPage(props: LinkPageProps) {
  const token = useLinkToken();
  if (token === null) {
    return (
      <NarrowPage title="This link is not complete">
        <Text>Open it from the mail once more.</Text>
      </NarrowPage>
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
  if (act.isSuccess) return <NarrowPage title={page.doneTitle}>{page.done}</NarrowPage>;
  return (
    <NarrowPage title={page.title}>
      <Text>{page.text}</Text>
      <Problem error={act.error} mt="md" />
      <Button fullWidth size="md" mt="lg" loading={act.isPending} onClick={() => act.mutate()}>
        {page.submitLabel}
      </Button>
    </NarrowPage>
  );
}
