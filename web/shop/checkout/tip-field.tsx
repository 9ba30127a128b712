import '../parts/chips.css';
import { type SubmitEvent, useId, useState } from 'react';
import { money, percentOfMinor, TIP_MINOR_MAX } from '../../../src/shared/money.ts';
import type { Money } from '../../shared/api.ts';
import { editableMoney, formatMoney, readMoney } from '../../shared/money.ts';
import { formatPercent } from '../../shared/percent.ts';

interface TipFieldProps {
  /** What the shop suggests, in ascending order. */
  readonly percents: readonly number[];
  /** What the suggestions are a part of. */
  readonly subtotal: Money;
  readonly tip: Money | null;
  onChange(tip: Money | null): void;
}

/** Chooses a tip: none, one of the suggestions, or any other amount. */
export function TipField({ percents, subtotal, tip, onChange }: TipFieldProps) {
  const suggestions = suggestTips(percents, subtotal);
  const isOther = tip !== null && !suggestions.some(({ amount }) => amount.amount === tip.amount);
  const [isOpen, setIsOpen] = useState(false);
  const choose = (amount: Money | null) => {
    setIsOpen(false);
    onChange(amount);
  };
  return (
    <fieldset className="tips">
      <legend>Tip</legend>
      <div className="chips">
        <button
          type="button"
          className="chip"
          aria-pressed={tip === null && !isOpen}
          onClick={() => choose(null)}
        >
          None
        </button>
        {suggestions.map(({ percent, amount }) => (
          <button
            key={percent}
            type="button"
            className="chip"
            aria-pressed={tip?.amount === amount.amount && !isOpen}
            onClick={() => choose(amount)}
          >
            {formatPercent(String(percent))} <small>{formatMoney(amount)}</small>
          </button>
        ))}
        <button
          type="button"
          className="chip"
          aria-pressed={isOther || isOpen}
          aria-expanded={isOpen}
          onClick={() => setIsOpen(!isOpen)}
        >
          Other {isOther && <small>{formatMoney(tip)}</small>}
        </button>
      </div>
      {isOpen && <OtherTip currency={subtotal.currency} tip={tip} onChange={choose} />}
    </fieldset>
  );
}

interface OtherTipProps {
  readonly currency: string;
  readonly tip: Money | null;
  onChange(tip: Money | null): void;
}

function OtherTip({ currency, tip, onChange }: OtherTipProps) {
  const id = useId();
  const [text, setText] = useState(tip === null ? '' : editableMoney(tip));
  const [error, setError] = useState<string | null>(null);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const reading = readMoney(text, currency);
    if (reading.error !== null) return setError(reading.error);
    if (reading.money.amount > TIP_MINOR_MAX) {
      return setError(`The largest tip is ${formatMoney(money(TIP_MINOR_MAX, currency))}.`);
    }
    onChange(reading.money.amount === 0 ? null : reading.money);
  };
  return (
    <form className="other-tip" onSubmit={submit}>
      <label htmlFor={id}>Your tip in {currency}</label>
      <div className="code-entry">
        <input
          id={id}
          inputMode="decimal"
          autoComplete="off"
          aria-describedby={`${id}-error`}
          aria-invalid={error !== null}
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
        <button type="submit" className="button quiet-button">
          Set
        </button>
      </div>
      <p className="few" id={`${id}-error`} role="status">
        {error}
      </p>
    </form>
  );
}

/** Returns each suggested tip, without those that are nothing, too much, or equal to a smaller suggestion. */
function suggestTips(percents: readonly number[], { amount, currency }: Money) {
  const tips = percents.map((percent) => ({
    percent,
    amount: money(percentOfMinor(amount, percent), currency),
  }));
  const isUseful = ({ amount: { amount: minor } }: (typeof tips)[number], index: number) =>
    minor > 0 && minor <= TIP_MINOR_MAX && minor !== tips[index - 1]?.amount.amount;
  return tips.filter(isUseful);
}
