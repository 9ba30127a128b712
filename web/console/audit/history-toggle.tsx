import { Box, Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { History } from './audit-list.tsx';

/** A button that shows the changes of one thing below it. */
export function HistoryToggle({ subject, name }: { subject: string; name: string }) {
  const [isOpen, { toggle }] = useDisclosure();
  return (
    <Box>
      <Button variant="subtle" size="compact-sm" aria-expanded={isOpen} onClick={toggle}>
        {isOpen ? 'Hide the history' : 'Show the history'}
      </Button>
      {isOpen && <History subject={subject} name={name} />}
    </Box>
  );
}
