/** What every refusal looks like. Source: RFC 9457 §3, with the members that Holdfast adds. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  /** What programs decide by, such as `inventory.insufficient_stock`. */
  readonly code: string;
  /** What to quote when asking for help. */
  readonly requestId?: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
  /** Some codes say more, such as `lines`. */
  readonly [member: string]: unknown;
}

/** A refusal of the server. */
export class HoldfastError extends Error {
  override readonly name = 'HoldfastError';
  readonly problem: ProblemDocument;

  constructor(problem: ProblemDocument) {
    super(problem.detail ?? problem.title);
    this.problem = problem;
  }

  get code(): string {
    return this.problem.code;
  }

  get status(): number {
    return this.problem.status;
  }
}

/** The problem of a refused reply; one is made up where something between us and the server answered instead of it. */
export async function readProblem(response: Response): Promise<ProblemDocument> {
  if (response.headers.get('content-type')?.startsWith('application/problem+json')) {
    const problem: unknown = await response.json().catch(() => null);
    if (problem !== null) return problem as ProblemDocument;
  }
  return {
    type: 'about:blank',
    title: response.statusText || 'The server did not answer as Holdfast does.',
    status: response.status,
    code: 'client.unexpected_answer',
  };
}
