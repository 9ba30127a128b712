import { ActionIcon, Menu, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDevices, IconDots, IconDownload, IconShieldX, IconTrash } from '@tabler/icons-react';
import { isolateDirection } from '../../../src/shared/isolate-direction.ts';
import { useExportData } from '../../shared/personal-data.ts';
import { useProfile } from '../../shared/session.ts';
import { Dialog } from '../parts/dialog.tsx';
import { notifyProblem } from '../parts/problem.tsx';
import { ErasePerson } from '../privacy/erase-person.tsx';
import type { Person } from './person.ts';
import { PersonSessions } from './person-sessions.tsx';
import { ResetFactors } from './reset-factors.tsx';

interface PersonMenuProps {
  readonly person: Person;
  readonly who: string;
}

/** What an admin does for somebody who cannot sign in, or should no longer be signed in. */
export function PersonMenu({ person, who }: PersonMenuProps) {
  const { id: userId, secondFactor } = person;
  const [isListed, sessions] = useDisclosure();
  const [isResetting, reset] = useDisclosure();
  const [isErasing, erasing] = useDisclosure();
  const exportData = useExportData(userId);
  // Their own factors are on the page about their account.
  const profile = useProfile();
  const name = isolateDirection(who);
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon
            variant="default"
            size="md"
            loading={exportData.isPending}
            aria-label={`More about ${name}`}
          >
            <IconDots size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconDevices size={16} aria-hidden />} onClick={sessions.open}>
            Sessions
          </Menu.Item>
          <Menu.Item
            leftSection={<IconDownload size={16} aria-hidden />}
            onClick={() => exportData.mutate(undefined, { onError: notifyProblem })}
          >
            Export personal data
          </Menu.Item>
          {secondFactor && profile?.id !== userId && (
            <Menu.Item leftSection={<IconShieldX size={16} aria-hidden />} onClick={reset.open}>
              Reset the second factor
            </Menu.Item>
          )}
          {profile?.id !== userId && (
            <Menu.Item
              c="var(--mantine-color-error)"
              leftSection={<IconTrash size={16} aria-hidden />}
              onClick={erasing.open}
            >
              Erase…
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <Dialog opened={isListed} onClose={sessions.close} title={`Sessions of ${name}`} size="lg">
        <Text c="dimmed" mb="sm">
          Where they are signed in.
        </Text>
        <PersonSessions userId={userId} who={name} />
      </Dialog>
      <ErasePerson userId={userId} who={name} opened={isErasing} onClose={erasing.close} />
      <ResetFactors userId={userId} who={name} opened={isResetting} onClose={reset.close} />
    </>
  );
}
