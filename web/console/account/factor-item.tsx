import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDeviceMobile, IconFingerprint } from '@tabler/icons-react';
import { type SubmitEvent, useId } from 'react';
import { isolateDirection } from '../../../src/shared/isolate-direction.ts';
import { type Factor, useRemoveFactor, useRenameFactor } from '../../shared/factors.ts';
import { ConfirmDialog } from '../parts/confirm-dialog.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { factorWords } from '../parts/factor-words.ts';
import { readFieldErrors } from '../parts/field-errors.ts';
import { Problem } from '../parts/problem.tsx';
import { Timestamp } from '../parts/timestamp.tsx';

const icons = { passkey: IconFingerprint, totp: IconDeviceMobile };

/** Shows a second factor, renames it and removes it. */
export function FactorItem({ factor }: { factor: Factor }) {
  const { type, name } = factor;
  const Icon = icons[type];
  return (
    <li className="entry">
      <Icon size={22} aria-hidden className="entry-icon" />
      <div className="entry-text">
        <Text fw={600}>
          <bdi>{name}</bdi>
        </Text>
        <Text size="sm" c="dimmed" component="div">
          {factorWords[type]} · added <Timestamp at={factor.createdAt} /> ·{' '}
          {factor.lastUsedAt === null ? (
            'never used'
          ) : (
            <>
              last used <Timestamp at={factor.lastUsedAt} />
            </>
          )}
        </Text>
      </div>
      <Group gap="xs" className="entry-actions">
        <Rename factor={factor} />
        <Remove factor={factor} />
      </Group>
    </li>
  );
}

function Rename({ factor: { id, name } }: { factor: Factor }) {
  const [isOpen, { open, close }] = useDisclosure();
  const rename = useRenameFactor(id);
  const errors = readFieldErrors(rename.error, ['name']);
  const formId = useId();
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = String(new FormData(event.currentTarget).get('name')).trim();
    rename.mutate({ name: typed }, { onSuccess: close });
  };
  const quit = () => {
    rename.reset();
    close();
  };
  return (
    <>
      <Button
        variant="default"
        size="compact-sm"
        aria-label={`Rename ${isolateDirection(name)}`}
        onClick={open}
      >
        Rename
      </Button>
      <Dialog opened={isOpen} onClose={quit} title="Rename">
        <form id={formId} onSubmit={submit}>
          <Stack>
            <TextInput
              label="Name"
              name="name"
              defaultValue={name}
              required
              withAsterisk={false}
              maxLength={200}
              data-autofocus
              error={errors.at('name')}
            />
            <Problem error={rename.error} fieldErrors={errors} />
            <Button type="submit" loading={rename.isPending}>
              Save
            </Button>
          </Stack>
        </form>
      </Dialog>
    </>
  );
}

function Remove({ factor: { id, type, name } }: { factor: Factor }) {
  const [isOpen, { open, close }] = useDisclosure();
  const remove = useRemoveFactor(id);
  const quit = () => {
    remove.reset();
    close();
  };
  return (
    <>
      <Button
        variant="default"
        size="compact-sm"
        aria-label={`Remove ${isolateDirection(name)}`}
        onClick={open}
      >
        Remove
      </Button>
      <ConfirmDialog
        opened={isOpen}
        title={`Remove ${isolateDirection(name)}?`}
        actionLabel="Remove"
        action={remove}
        onConfirm={() => remove.mutate(undefined, { onSuccess: close })}
        onClose={quit}
      >
        <Text>
          {type === 'passkey'
            ? 'This passkey no longer signs you in. Delete it on your device as well, or it will still be offered there.'
            : 'Codes of this app no longer sign you in.'}{' '}
          You are signed out everywhere else.
        </Text>
      </ConfirmDialog>
    </>
  );
}
