import { Button, Group, List, Stack, Text } from '@mantine/core';
import { HoldfastError } from '../../shared/api.ts';
import { useProfileQuery } from '../../shared/session.ts';
import { Dialog } from '../parts/dialog.tsx';
import { KeyEnd } from './key-end.tsx';

interface HeldKey {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly expiresAt: string | null;
}

/** Returns the keys for which a change of a user was refused; null: it was not refused for keys. */
export function readHeldKeys(error: unknown): readonly HeldKey[] | null {
  if (!(error instanceof HoldfastError) || error.code !== 'accounts.keys_held') return null;
  return (error.problem.keys ?? []) as readonly HeldKey[];
}

interface HeldKeysProps {
  /** The user who would lose their access. */
  readonly userId: string;
  readonly who: string;
  /** Null: closed. */
  readonly keys: readonly HeldKey[] | null;
  readonly onChoose: (fate: 'end' | 'take') => void;
  readonly onClose: () => void;
}

/** Lists the keys that end with the access of a user, and offers to end them or to take them over. */
export function HeldKeys({ userId, who, keys, onChoose, onClose }: HeldKeysProps) {
  const { data: profile } = useProfileQuery();
  return (
    <Dialog opened={keys !== null} onClose={onClose} title="This user holds API keys">
      <Stack>
        <Text>
          What uses these keys stops when <bdi>{who}</bdi> loses access, unless you hold the keys
          from now on.
        </Text>
        <List>
          {keys?.map((key) => (
            <List.Item key={key.id}>
              <Group gap="xs">
                <Text fw={600}>
                  <bdi>{key.name}</bdi>
                </Text>
                <Text c="dimmed">{key.prefix}…</Text>
                <KeyEnd expiresAt={key.expiresAt} />
              </Group>
            </List.Item>
          ))}
        </List>
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            Change nothing
          </Button>
          <Button color="red" onClick={() => onChoose('end')}>
            End the keys
          </Button>
          {profile?.id !== userId && (
            <Button onClick={() => onChoose('take')}>Take the keys over</Button>
          )}
        </Group>
      </Stack>
    </Dialog>
  );
}
