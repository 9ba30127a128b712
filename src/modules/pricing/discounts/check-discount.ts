import { invalidInputs } from '../../../shared/common-errors.ts';
import type { InputError } from '../../../shared/errors.ts';
import type { DiscountTerms } from './schemas.ts';

/** Throws `request.invalid`, with all errors, if the fields of a discount do not go together. */
export function checkDiscount(input: DiscountTerms): void {
  const errors = [...checkEffect(input), ...checkMatches(input), ...checkPeriod(input)];
  if (errors.length > 0) throw invalidInputs(errors);
}

/** Which fields each kind has. */
const effects = {
  PERCENT: { percent: true, amount: false, scope: true },
  AMOUNT: { percent: false, amount: true, scope: true },
  FREE_DELIVERY: { percent: false, amount: false, scope: false },
};

function* checkEffect(input: DiscountTerms): Generator<InputError> {
  for (const field of ['percent', 'amount', 'scope'] as const) {
    const has = input[field] !== null;
    const wanted = effects[input.kind][field];
    if (has === wanted) continue;
    const detail = `A discount of the kind ${input.kind} ${wanted ? 'needs' : 'has no'} ${field}.`;
    yield { pointer: `/${field}`, detail };
  }
}

function* checkMatches({ scope, skus, categories }: DiscountTerms): Generator<InputError> {
  const detail = 'Only discounts with the scope LINES apply to certain lines.';
  if (skus !== null && scope !== 'LINES') yield { pointer: '/skus', detail };
  if (categories !== null && scope !== 'LINES') yield { pointer: '/categories', detail };
  if (skus !== null && categories !== null && scope === 'LINES') {
    yield { pointer: '/categories', detail: 'A discount has either SKUs or categories.' };
  }
}

function* checkPeriod({ startsAt, endsAt }: DiscountTerms): Generator<InputError> {
  if (startsAt !== null && endsAt !== null && Date.parse(endsAt) <= Date.parse(startsAt)) {
    yield { pointer: '/endsAt', detail: 'must be after startsAt' };
  }
}
