interface StepperProps {
  readonly name: string;
  readonly quantity: number;
  readonly quantityMax: number;
  onChange(quantity: number): void;
}

/** One touch adds; then a number between a minus and a plus. */
export function Stepper({ name, quantity, quantityMax, onChange }: StepperProps) {
  if (quantity === 0) {
    return (
      <button type="button" className="add" aria-label={`Add ${name}`} onClick={() => onChange(1)}>
        Add
      </button>
    );
  }
  return (
    <fieldset className="stepper">
      <legend className="unseen">How many of {name}</legend>
      <button type="button" aria-label={`One ${name} less`} onClick={() => onChange(quantity - 1)}>
        −
      </button>
      <output aria-label={`${quantity} of ${name}`}>{quantity}</output>
      <button
        type="button"
        aria-label={`One more ${name}`}
        disabled={quantity >= quantityMax}
        onClick={() => onChange(quantity + 1)}
      >
        +
      </button>
    </fieldset>
  );
}
