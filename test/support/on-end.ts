/** Registers how to stop something: by default after the test file, elsewhere with its owner. */
export type OnEnd = (end: () => unknown) => void;
