/**
 * The caller whose token a request carries; each token is a variable of the collection. A guest has the token of their
 * order.
 */
export type CallerName = 'nobody' | 'customer' | 'second customer' | 'guest' | 'admin' | 'API key';

interface Request {
  /** Default: nobody. */
  readonly as?: CallerName;
  /** By name, with `{{variables}}`. */
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** The expected status. */
  readonly status: number | readonly number[];
  /** Variables and the paths of their values in the reply, such as `user.id` or `data.0.id`. */
  readonly variablesToSet?: Readonly<Record<string, string>>;
  /** Lines of JavaScript before the request is sent. */
  readonly before?: readonly string[];
  /** A JavaScript condition on `body`: the request is repeated until it is true. */
  readonly until?: string;
  /** Lines of JavaScript after the response, with `body` parsed and after `until` is true. */
  readonly after?: readonly string[];
}

/** One request of the collection: an operation of the OpenAPI document. */
export interface Step extends Request {
  readonly operation: string;
  /** Default: the operation's summary. Names are unique in the collection. */
  readonly name?: string;
  /** Added to the operation's description. */
  readonly note?: string;
  /** HEAD instead of GET if the response would never end. */
  readonly method?: 'HEAD';
}

/** A request that the document does not describe. */
export interface SetupStep extends Request {
  readonly operation: null;
  readonly name: string;
  readonly note: string;
  readonly method: string;
  readonly url: string;
}

/** The requests of one tag, in an order that works. */
export interface Chapter {
  readonly tag: string;
  readonly steps: readonly (Step | SetupStep)[];
}
