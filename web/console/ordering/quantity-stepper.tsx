import { ActionIcon, Group, Text } from '@mantine/core';
import { IconMinus, IconPlus } from '@tabler/icons-react';
import { isolateDirection } from '../../../src/shared/isolate-direction.ts';

interface QuantityStepperProps {
  /** What is counted. */
  readonly name: string;
  readonly quantity: number;
  readonly min?: number;
  readonly max: number;
  onChange(quantity: number): void;
}

export function QuantityStepper({ name, quantity, min = 0, max, onChange }: QuantityStepperProps) {
  const isolated = isolateDirection(name);
  return (
    <Group gap={6} wrap="nowrap" role="group" aria-label={`Quantity of ${isolated}`}>
      <ActionIcon
        variant="default"
        size="lg"
        aria-label={quantity === 1 && min === 0 ? `Remove ${isolated}` : `One less ${isolated}`}
        disabled={quantity <= min}
        onClick={() => onChange(quantity - 1)}
      >
        <IconMinus size={16} aria-hidden />
      </ActionIcon>
      <Text component="span" className="number" miw="1.75rem" ta="center" role="status">
        {quantity}
      </Text>
      <ActionIcon
        variant="default"
        size="lg"
        aria-label={`One more ${isolated}`}
        disabled={quantity >= max}
        onClick={() => onChange(quantity + 1)}
      >
        <IconPlus size={16} aria-hidden />
      </ActionIcon>
    </Group>
  );
}
