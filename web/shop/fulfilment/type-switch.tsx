import './fulfilment.css';
import { useId } from 'react';
import type { FulfilmentType } from '../terms.ts';
import { typeWords } from './words.ts';

interface TypeSwitchProps {
  /** What the shop offers. */
  readonly types: readonly FulfilmentType[];
  readonly type: FulfilmentType;
  onChange(type: FulfilmentType): void;
}

/** Chooses how the order reaches the customer. */
export function TypeSwitch({ types, type, onChange }: TypeSwitchProps) {
  const name = useId();
  return (
    <fieldset className="switch">
      <legend className="unseen">How you get it</legend>
      {types.map((choice) => (
        <label key={choice}>
          <input
            type="radio"
            name={name}
            checked={type === choice}
            onChange={() => onChange(choice)}
          />
          {typeWords[choice]}
        </label>
      ))}
    </fieldset>
  );
}
