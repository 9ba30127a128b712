import type { Ref } from 'react';
import { isolateDirection } from '../../../src/shared/isolate-direction.ts';

interface CounterProps {
  /** What is counted. */
  readonly name: string;
  readonly quantity: number;
  readonly quantityMin?: number;
  readonly quantityMax: number;
  readonly plusButton?: Ref<HTMLButtonElement>;
  onChange(quantity: number): void;
}

/** Shows a quantity between a minus and a plus. */
export function Counter({
  name,
  quantity,
  quantityMin = 0,
  quantityMax,
  plusButton,
  onChange,
}: CounterProps) {
  return (
    <fieldset className="stepper">
      <legend className="unseen">
        How many of <bdi>{name}</bdi>
      </legend>
      <button
        type="button"
        aria-label={`One less ${isolateDirection(name)}`}
        disabled={quantity <= quantityMin}
        onClick={() => onChange(quantity - 1)}
      >
        −
      </button>
      <output aria-label={`${quantity} of ${isolateDirection(name)}`}>{quantity}</output>
      <button
        type="button"
        aria-label={`One more ${isolateDirection(name)}`}
        ref={plusButton}
        disabled={quantity >= quantityMax}
        onClick={() => onChange(quantity + 1)}
      >
        +
      </button>
    </fieldset>
  );
}
