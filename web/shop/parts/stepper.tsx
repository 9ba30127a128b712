import { useEffect, useRef } from 'react';
import { isolateDirection } from '../../../src/shared/isolate-direction.ts';
import { Counter } from './counter.tsx';

interface StepperProps {
  readonly name: string;
  readonly quantity: number;
  readonly quantityMax: number;
  onChange(quantity: number): void;
}

/** One tap adds the dish; then its quantity is shown between a minus and a plus. */
export function Stepper({ name, quantity, quantityMax, onChange }: StepperProps) {
  const isChosen = quantity > 0;
  const keep = useRestoredFocus(isChosen);
  if (!isChosen) {
    return (
      <button
        type="button"
        className="add"
        aria-label={`Add ${isolateDirection(name)}`}
        ref={keep.button}
        onClick={() => {
          keep.focus();
          onChange(1);
        }}
      >
        Add
      </button>
    );
  }
  return (
    <Counter
      name={name}
      quantity={quantity}
      quantityMax={quantityMax}
      plusButton={keep.button}
      onChange={(next) => {
        if (next === 0) keep.focus();
        onChange(next);
      }}
    />
  );
}

/** Moves the focus to the button that replaces the pressed one, so that keyboard users can continue. */
function useRestoredFocus(isChosen: boolean) {
  const button = useRef<HTMLButtonElement>(null);
  const isWanted = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is what changes the buttons
  useEffect(() => {
    if (isWanted.current) button.current?.focus({ preventScroll: true });
    isWanted.current = false;
  }, [isChosen]);
  return {
    button,
    focus() {
      isWanted.current = true;
    },
  };
}
