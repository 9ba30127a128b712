export interface TallyDefinition<Value extends string> {
  /** The name of the metric: `<what>_total`. */
  readonly name: string;
  readonly help: string;
  /** The name of the label. */
  readonly label: string;
  readonly values: readonly Value[];
}

/**
 * A counter metric as plain numbers, read when the metrics are scraped: counting costs one addition on the hottest
 * path, and modules need no library for it.
 */
export interface Tally<Value extends string = string> {
  readonly name: string;
  readonly help: string;
  /** Null for a tally of one number, which is `counts.all`. */
  readonly label: string | null;
  readonly counts: Record<Value, number>;
}

/** Creates a tally of one number. */
export function createTally(definition: {
  readonly name: string;
  readonly help: string;
}): Tally<'all'> {
  return { ...definition, label: null, counts: { all: 0 } };
}

/**
 * Creates a tally with one number per label value. Each starts at 0, because `rate()` needs the 0 before the first one.
 */
export function createLabelledTally<Value extends string>({
  values,
  ...about
}: TallyDefinition<Value>): Tally<Value> {
  const counts = Object.fromEntries(values.map((value) => [value, 0])) as Record<Value, number>;
  return { ...about, counts };
}
