import type { SecurityFact } from './security-events.ts';

/**
 * One kind of error, with its own code. A module declares its refusals with `defineErrors`, a use case throws `new
 * CodedError(…)`, and the HTTP shell translates it into a problem document. Any other exception is a bug and becomes
 * `service.internal` without its message.
 */
export interface ErrorDefinition {
  /** `module.reason`, stable for clients. */
  readonly code: string;
  /** The HTTP status of the problem document. */
  readonly status: number;
  /** The public sentence, the same for every occurrence. */
  readonly title: string;
  /** What the error means and what a client can do. Shown on the page `/problems/<code>`. */
  readonly explanation: string;
}

/** One invalid input. `pointer` is a JSON pointer into the body (RFC 6901), or `?name` for a query parameter. */
export interface InputError {
  readonly pointer: string;
  readonly detail: string;
}

export interface ErrorDetails {
  /** A sentence about this occurrence, safe to show to the caller. */
  readonly detail?: string;
  readonly errors?: readonly InputError[];
  /** Members that the contract adds to the problem document, such as `lines` or `currentVersion`. */
  readonly extensions?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** How many secrets the request named that do not exist, such as discount codes. Limits may count only these. */
  readonly guesses?: number;
  /** What the security log records of this refusal. Without it, each 403 and 429 is recorded by its code. */
  readonly security?: SecurityFact;
  /** The internal cause: logged, never sent. */
  readonly cause?: unknown;
}

export class CodedError extends Error {
  readonly definition: ErrorDefinition;
  readonly details: ErrorDetails;

  constructor(definition: ErrorDefinition, details: ErrorDetails = {}) {
    super(details.detail ?? definition.title, { cause: details.cause });
    this.name = 'CodedError';
    this.definition = definition;
    this.details = details;
  }

  get code(): string {
    return this.definition.code;
  }
}

/**
 * Declares the errors of a module: `{ notFound: [404, 'title', 'explanation'] }` under `orders` becomes
 * `orders.not_found`.
 */
export function defineErrors<Name extends string>(
  module: string,
  errors: Record<Name, readonly [status: number, title: string, explanation: string]>,
): Record<Name, ErrorDefinition> {
  const defined = {} as Record<Name, ErrorDefinition>;
  for (const name of Object.keys(errors) as Name[]) {
    const [status, title, explanation] = errors[name];
    const reason = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    defined[name] = { code: `${module}.${reason}`, status, title, explanation };
  }
  return defined;
}
