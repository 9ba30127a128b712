/** How something that was started is stopped: by default after the test file, elsewhere with whatever started it. */
export type OnEnd = (end: () => unknown) => void;
