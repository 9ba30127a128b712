import { Button, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { isolateDirection } from '../../../src/shared/isolate-direction.ts';
import { useExportData } from '../../shared/personal-data.ts';
import { notifyProblem } from '../parts/problem.tsx';
import { ErasePerson } from './erase-person.tsx';

interface DataButtonsProps {
  readonly userId: string;
  readonly who: string;
  /** Where they are in their line. */
  readonly justify?: 'end';
}

/** Buttons that export what is kept of a person, and that erase them. */
export function DataButtons({ userId, who, justify }: DataButtonsProps) {
  const [isErasing, erasing] = useDisclosure();
  const exportData = useExportData(userId);
  const name = isolateDirection(who);
  return (
    <Group gap="xs" justify={justify} className="block-actions">
      <Button
        variant="default"
        size="compact-sm"
        aria-label={`Export data of ${name}`}
        loading={exportData.isPending}
        onClick={() => exportData.mutate(undefined, { onError: notifyProblem })}
      >
        Export data
      </Button>
      <Button
        variant="default"
        size="compact-sm"
        c="var(--mantine-color-error)"
        aria-label={`Erase ${name}…`}
        onClick={erasing.open}
      >
        Erase…
      </Button>
      <ErasePerson userId={userId} who={name} opened={isErasing} onClose={erasing.close} />
    </Group>
  );
}
