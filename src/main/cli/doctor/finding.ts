export interface Finding {
  readonly what: string;
  /** `look`: it may be wanted, and does not stop a start. */
  readonly state: 'ok' | 'look' | 'wrong';
  /** What was found, and what to do. */
  readonly say: string;
}

export function ok(what: string, state: Finding['state'], say: string): Finding {
  return { what, state, say };
}
