import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useEraseRequest, useExportData } from '../../shared/personal-data.ts';
import type { Profile } from '../../shared/session.ts';
import { ConfirmDialog } from '../parts/confirm-dialog.tsx';
import { Problem } from '../parts/problem.tsx';
import { formatDate, toShopDate } from '../parts/shop-clock.ts';
import { useShop } from '../parts/use-shop.ts';
import { AccountSection } from './account-section.tsx';

/** What the shop keeps of the user: a copy of it, and the request to erase it. */
export function DataSection({ profile }: { profile: Profile }) {
  const exportData = useExportData(profile.id);
  const { ask, withdraw } = useEraseRequest();
  const [isOpen, { open, close }] = useDisclosure();
  return (
    <AccountSection title="Your data" intro="What the shop keeps of you.">
      <Stack>
        {profile.eraseRequest !== undefined && <OpenRequest request={profile.eraseRequest} />}
        <Problem error={exportData.error ?? withdraw.error} />
        <Group gap="sm">
          <Button
            variant="default"
            loading={exportData.isPending}
            onClick={() => exportData.mutate()}
          >
            Download my data
          </Button>
          {profile.eraseRequest === undefined ? (
            <Button variant="default" onClick={open}>
              Ask for erasure…
            </Button>
          ) : (
            <Button
              variant="default"
              loading={withdraw.isPending}
              onClick={() => withdraw.mutate()}
            >
              Withdraw the request
            </Button>
          )}
        </Group>
      </Stack>
      <ConfirmDialog
        opened={isOpen}
        title="Ask for your data to be erased?"
        actionLabel="Ask for erasure"
        action={ask}
        onConfirm={() => ask.mutate(undefined, { onSuccess: close })}
        onClose={() => {
          ask.reset();
          close();
        }}
      >
        <Text>
          Another admin sees the request and erases you within a month. Your account ends with it.
          Until then you can withdraw the request here.
        </Text>
      </ConfirmDialog>
    </AccountSection>
  );
}

function OpenRequest({ request }: { request: NonNullable<Profile['eraseRequest']> }) {
  const { data: shop } = useShop();
  if (shop === undefined) return null;
  const format = (at: string) => formatDate(toShopDate(Date.parse(at), shop.timeZone));
  return (
    <Alert color="yellow" role="status">
      You asked on {format(request.requestedAt)} for your data to be erased. That is due by{' '}
      {format(request.dueAt)}.
    </Alert>
  );
}
