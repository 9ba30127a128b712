import { Button, CopyButton, Group, Stack, Text } from '@mantine/core';
import { IconCopy, IconDownload, IconPrinter } from '@tabler/icons-react';
import {
  formatRecoveryFile,
  recoveryCodes,
  useRecoveryCodes,
} from '../../shared/recovery-codes.ts';
import { saveFile } from '../../shared/save-file.ts';
import { Dialog } from '../parts/dialog.tsx';

/** Below the dialogs in which users prove who they are, and above all others. */
const OVER_FORMS = 300;

/** Shows new recovery codes, which nobody can see again, until the user has stored them. */
export function RecoveryCodesDialog({ email }: { email: string }) {
  const codes = useRecoveryCodes();
  const done = () => recoveryCodes.show(null);
  return (
    <Dialog
      opened={codes !== null}
      onClose={done}
      // They cannot be shown again, so they are not closed by accident.
      closeOnEscape={false}
      closeOnClickOutside={false}
      withCloseButton={false}
      zIndex={OVER_FORMS}
      title="Your recovery codes"
    >
      {codes !== null && <Codes codes={codes} email={email} onDone={done} />}
    </Dialog>
  );
}

interface CodesProps {
  readonly codes: readonly string[];
  readonly email: string;
  readonly onDone: () => void;
}

function Codes({ codes, email, onDone }: CodesProps) {
  const text = formatRecoveryFile(codes, { email, origin: location.origin });
  return (
    <Stack>
      <Text>
        They are shown only now. Each signs you in once if you lose your second factor: keep them
        where you would find them without this device.
      </Text>
      <div className="recovery-codes">
        <Text className="only-print">Recovery codes of {email}</Text>
        <ol dir="ltr">
          {codes.map((code) => (
            <li key={code}>
              <code>{code}</code>
            </li>
          ))}
        </ol>
      </div>
      <Group gap="xs">
        <CopyButton value={text}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              leftSection={<IconCopy size={18} aria-hidden />}
              onClick={copy}
            >
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
        <Button
          variant="default"
          leftSection={<IconDownload size={18} aria-hidden />}
          onClick={() => download(text)}
        >
          Download
        </Button>
        <Button
          variant="default"
          leftSection={<IconPrinter size={18} aria-hidden />}
          onClick={() => window.print()}
        >
          Print
        </Button>
      </Group>
      <Button onClick={onDone}>I have stored them</Button>
    </Stack>
  );
}

function download(text: string): void {
  saveFile(new Blob([text], { type: 'text/plain' }), 'recovery-codes.txt');
}
