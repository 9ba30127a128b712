import './choosing.css';
import { useId } from 'react';
import {
  choose,
  countUnits,
  describeRange,
  type Group,
  getUnitsMax,
  isSingle,
  type Modifier,
  type Units,
} from '../../shared/choices.ts';
import { formatMoney } from '../../shared/money.ts';
import { Counter } from '../parts/counter.tsx';

interface GroupFieldProps {
  readonly group: Group;
  readonly units: Units;
  onChange(units: Units): void;
}

/** One modifier group: radio buttons if one unit has to be chosen, otherwise boxes, and counters for several units. */
export function GroupField({ group, units, onChange }: GroupFieldProps) {
  const id = useId();
  const chosen = countUnits(group, units);
  return (
    <fieldset className="group" aria-describedby={`${id}-range`}>
      <legend>
        <bdi>{group.name}</bdi>
      </legend>
      <p className="group-range" id={`${id}-range`}>
        <span className={group.min > 0 ? 'required' : undefined}>{describeRange(group)}</span>
        {group.max > 1 && (
          <span aria-live="polite">
            {chosen} of {group.max} chosen
          </span>
        )}
      </p>
      <ul>
        {group.modifiers.map((modifier) => (
          <li key={modifier.code}>
            <ModifierField
              group={group}
              modifier={modifier}
              quantity={units[modifier.code] ?? 0}
              isFull={chosen >= group.max}
              name={id}
              onChange={(quantity) => onChange(choose(group, units, modifier.code, quantity))}
            />
          </li>
        ))}
      </ul>
    </fieldset>
  );
}

interface ModifierFieldProps {
  readonly group: Group;
  readonly modifier: Modifier;
  readonly quantity: number;
  /** No further unit of the group can be chosen. */
  readonly isFull: boolean;
  /** Shared by the radio buttons of the group. */
  readonly name: string;
  onChange(quantity: number): void;
}

function ModifierField({ group, modifier, quantity, isFull, name, onChange }: ModifierFieldProps) {
  const max = getUnitsMax(modifier);
  const isGone = max === 0;
  if (modifier.quantityMax > 1 && group.max > 1) {
    return (
      <div className={isGone ? 'modifier gone' : 'modifier'}>
        <ModifierName modifier={modifier} isGone={isGone} />
        {!isGone && (
          <Counter
            name={modifier.name}
            quantity={quantity}
            quantityMax={isFull ? quantity : max}
            onChange={onChange}
          />
        )}
      </div>
    );
  }
  const isChosen = quantity > 0;
  const replaces = group.max === 1;
  return (
    <label className={isGone ? 'modifier gone' : 'modifier'}>
      <input
        type={isSingle(group) ? 'radio' : 'checkbox'}
        name={name}
        checked={isChosen}
        disabled={!isChosen && (isGone || (isFull && !replaces))}
        onChange={({ target }) => onChange(target.checked ? 1 : 0)}
      />
      <ModifierName modifier={modifier} isGone={isGone} />
    </label>
  );
}

function ModifierName({ modifier, isGone }: { modifier: Modifier; isGone: boolean }) {
  const { name, price } = modifier;
  return (
    <>
      <span className="modifier-name">
        <bdi>{name}</bdi>
      </span>{' '}
      {isGone ? (
        <span className="quiet">Sold out</span>
      ) : (
        price.amount > 0 && <bdi className="modifier-price">+{formatMoney(price)}</bdi>
      )}
    </>
  );
}
