import type { Measurement } from './scenario.ts';
import type { Target } from './targets.ts';

/** Returns the middle value, or the lower of the two in the middle. */
export function medianOf(values: readonly number[]): number {
  const ascending = values.toSorted((one, other) => one - other);
  return ascending[Math.floor((ascending.length - 1) / 2)]!;
}

/**
 * Returns a row whose figures are each the median of the same row in every turn, and whose failures are their sum. Text
 * is that of the turn with the median of the first figure that has a target.
 */
export function middleOf(turns: readonly Measurement[]): Measurement {
  const middle = findMiddle(turns);
  const figure = (read: (one: Measurement) => number | null) => {
    const values = turns.map(read).filter((value) => value !== null);
    return values.length === 0 ? null : medianOf(values);
  };
  const referenceRate = figure((one) => one.reference?.perSecond ?? null);
  const server = figure((one) => one.cost?.server ?? null);
  const database = figure((one) => one.cost?.database ?? null);
  return {
    ...middle,
    perSecond: figure((one) => one.perSecond),
    p50Ms: figure((one) => one.p50Ms),
    p99Ms: figure((one) => one.p99Ms),
    reference:
      middle.reference === null || referenceRate === null
        ? null
        : { ...middle.reference, perSecond: referenceRate },
    cost: server === null || database === null ? null : { server, database },
    failures: turns.reduce((sum, { failures }) => sum + failures, 0),
    target: middle.target === null ? null : medianTarget(turns, middle.target),
  };
}

function findMiddle(turns: readonly Measurement[]): Measurement {
  const value = (one: Measurement) => one.target?.[0]?.value ?? one.perSecond ?? 0;
  const wanted = medianOf(turns.map(value));
  return turns.find((one) => value(one) === wanted)!;
}

function medianTarget(turns: readonly Measurement[], target: Target): Target {
  return target.map((goal, index) => ({
    ...goal,
    value: medianOf(turns.map((one) => one.target?.[index]?.value ?? goal.value)),
  }));
}
