export interface TallyDefinition<Value extends string> {
  /** Of the metric: `<what>_total`. */
  readonly name: string;
  readonly help: string;
  /** What the values tell apart. */
  readonly label: string;
  readonly values: readonly Value[];
}

/**
 * A metric that only rises, as plain numbers that are read when the metrics are asked for: to count costs an addition
 * on the hottest path, and a module counts without a library.
 */
export interface Tally<Value extends string = string> {
  readonly name: string;
  readonly help: string;
  /** Null for a tally of one number, which is `counts.all`. */
  readonly label: string | null;
  readonly counts: Record<Value, number>;
}

/** Of one number. */
export function createTally(definition: {
  readonly name: string;
  readonly help: string;
}): Tally<'all'> {
  return { ...definition, label: null, counts: { all: 0 } };
}

/** Of one number for each value of a label; each begins at 0, since `rate()` needs the 0 before the first one. */
export function createLabelledTally<Value extends string>({
  values,
  ...about
}: TallyDefinition<Value>): Tally<Value> {
  const counts = Object.fromEntries(values.map((value) => [value, 0])) as Record<Value, number>;
  return { ...about, counts };
}
