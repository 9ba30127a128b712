import { Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '../../shared/api.ts';
import { ConfirmDialog } from '../parts/confirm-dialog.tsx';
import { peopleKey } from './person.ts';

interface ResetFactorsProps {
  readonly userId: string;
  readonly who: string;
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** Removes all second factors of somebody who has lost them. */
export function ResetFactors({ userId, who, opened, onClose }: ResetFactorsProps) {
  const queries = useQueryClient();
  const reset = useMutation({
    mutationFn: () => api.DELETE('/api/users/{id}/factors', { params: { path: { id: userId } } }),
    onSuccess: () => {
      notifications.show({ message: `${who} can now sign in with the password alone.` });
      onClose();
      return queries.invalidateQueries({ queryKey: peopleKey });
    },
  });
  return (
    <ConfirmDialog
      opened={opened}
      title={`Reset the second factor of ${who}?`}
      actionLabel="Reset"
      action={reset}
      onConfirm={() => reset.mutate()}
      onClose={() => {
        reset.reset();
        onClose();
      }}
    >
      <Text>
        All passkeys, authenticator apps and recovery codes of this account stop working, and all
        its sessions end. Until a new one is set up, the password alone opens it. They are told by
        mail.
      </Text>
      <Text fw={600}>First make sure that it is really them who asks.</Text>
    </ConfirmDialog>
  );
}
