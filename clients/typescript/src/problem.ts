/** The body of every refusal, by RFC 9457 §3, with the members that Holdfast adds. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  /** The code on which programs branch, such as `inventory.insufficient_stock`. */
  readonly code: string;
  /** The id to quote when asking for help. */
  readonly requestId?: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
  /** Some codes add members, such as `lines`. */
  readonly [member: string]: unknown;
}

/** Thrown when the server refuses a request. */
export class HoldfastError extends Error {
  override readonly name = 'HoldfastError';
  readonly problem: ProblemDocument;
  /** How long to wait before another attempt, by `Retry-After`; 0 without it. */
  readonly retryAfterMs: number;

  constructor(problem: ProblemDocument, retryAfterMs = 0) {
    super(problem.detail ?? problem.title);
    this.problem = problem;
    this.retryAfterMs = retryAfterMs;
  }

  get code(): string {
    return this.problem.code;
  }

  get status(): number {
    return this.problem.status;
  }
}

/**
 * Reads the problem document of a refusal. If an intermediary answered instead of the server, it is built from the
 * status.
 */
export async function readProblem(response: Response): Promise<ProblemDocument> {
  if (response.headers.get('content-type')?.startsWith('application/problem+json')) {
    const problem: unknown = await response.json().catch(() => null);
    if (problem !== null) return problem as ProblemDocument;
  }
  return {
    type: 'about:blank',
    title: response.statusText || 'The reply did not come from Holdfast.',
    status: response.status,
    code: 'client.unexpected_answer',
  };
}
