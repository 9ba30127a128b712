/** Whose token a request bears; each stands in a variable of the collection. */
export type CallerName = 'nobody' | 'customer' | 'second customer' | 'admin' | 'API key';

interface Request {
  /** Default: nobody. */
  readonly as?: CallerName;
  /** By name, with `{{variables}}`. */
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** What it answers when all is well. */
  readonly status: number | readonly number[];
  /** Variables and where in the reply their values stand, such as `user.id` or `data.0.id`. */
  readonly variablesToSet?: Readonly<Record<string, string>>;
  /** Lines of JavaScript before the request is sent. */
  readonly before?: readonly string[];
  /** JavaScript that is true of `body` when the request has told what it should: until then it is sent again. */
  readonly until?: string;
  /** Lines of JavaScript after the answer, with `body` read; and after `until` came true. */
  readonly after?: readonly string[];
}

/** One request of the collection: an operation of the OpenAPI document. */
export interface Step extends Request {
  readonly operation: string;
  /** Default: the operation's summary. Names are unique in the collection. */
  readonly name?: string;
  /** Added to the operation's description. */
  readonly note?: string;
  /** HEAD in place of GET where the answer would never end. */
  readonly method?: 'HEAD';
}

/** A request to something that the document leaves out. */
export interface SetupStep extends Request {
  readonly operation: null;
  readonly name: string;
  readonly note: string;
  readonly method: string;
  readonly url: string;
}

/** The requests of one tag, in the order in which they work. */
export interface Chapter {
  readonly tag: string;
  readonly steps: readonly (Step | SetupStep)[];
}
