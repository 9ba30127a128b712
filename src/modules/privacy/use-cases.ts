import type { RequestContext } from '../../http/index.ts';

/** The use cases of the module, bound to their dependencies. */
export interface Privacy {
  /**
   * Returns the document of a person's data, which is read while it is sent, and records in the audit that it was given
   * out. Throws `accounts.not_found`, also if the caller is neither this person nor an admin.
   */
  readPersonalData(context: RequestContext, id: string): Promise<AsyncIterable<string>>;
}
