import { Button, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from 'wouter';
import { apiWithoutRetries } from '../../shared/api.ts';
import { useLinkToken } from '../../shared/link-token.ts';
import { PROFILE_KEY } from '../../shared/queries.ts';
import { NarrowPage } from '../parts/narrow-page.tsx';
import { Problem } from '../parts/problem.tsx';

/** The page of the link in a mail, which gives a member of staff their former address back if somebody else has changed it. */
export default function EmailUndoPage() {
  const token = useLinkToken();
  if (token === null) {
    return (
      <NarrowPage title="This link is not complete">
        <Text>Open it from the mail once more.</Text>
      </NarrowPage>
    );
  }
  return <UndoForm key={token} token={token} />;
}

/** Acts when its button is pressed: programs that look through mails open links, too. */
function UndoForm({ token }: { token: string }) {
  const queries = useQueryClient();
  const undo = useMutation({
    mutationFn: () => apiWithoutRetries.POST('/api/auth/email/undo', { body: { token } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: [PROFILE_KEY] }),
  });
  if (undo.isSuccess) {
    return (
      <NarrowPage title="The change has been undone">
        <Text mb="md">
          All devices are signed out. If it was not you who changed the address, somebody knows your
          password: choose a new one.
        </Text>
        <Button component={Link} href="/forgot" fullWidth size="md">
          Choose a new password
        </Button>
      </NarrowPage>
    );
  }
  return (
    <NarrowPage title="Undo the change of your address">
      <Text>
        Your account keeps the address to which we have sent the mail, or gets it back. All devices
        are signed out.
      </Text>
      <Problem error={undo.error} mt="md" />
      <Button fullWidth size="md" mt="lg" loading={undo.isPending} onClick={() => undo.mutate()}>
        Undo the change
      </Button>
    </NarrowPage>
  );
}
