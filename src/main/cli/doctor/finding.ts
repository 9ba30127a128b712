export interface Finding {
  readonly what: string;
  /** `look`: it may be intended, and does not prevent a start. */
  readonly state: 'ok' | 'look' | 'wrong';
  /** What was found, and what to do. */
  readonly say: string;
}

export function createFinding(what: string, state: Finding['state'], say: string): Finding {
  return { what, state, say };
}
