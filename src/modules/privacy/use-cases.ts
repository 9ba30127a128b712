import type { Once } from '../../database/idempotency.ts';
import type { RequestContext } from '../../http/index.ts';
import type { Author, UserCaller } from '../../shared/caller.ts';
import type { Page } from '../../shared/pagination.ts';
import type { ErasedAgain } from './erase-again.ts';
import type { Erased, ErasePerson } from './erase-person.ts';
import type { EraseRequest, ListedRequest, ListRequestsInput } from './erase-requests.ts';

/** The use cases of the module, bound to their dependencies. */
export interface Privacy {
  /**
   * Returns the document of a person's data, which is read while it is sent, and records in the audit that it was given
   * out. Throws `accounts.not_found`, also if the caller is neither this person nor an admin.
   */
  readPersonalData(context: RequestContext, id: string): Promise<AsyncIterable<string>>;
  /** Throws what `readPersonalData` would, and gives nothing out. */
  requireReadable(context: RequestContext, id: string): Promise<void>;
  /**
   * Erases a person in one transaction: the account, the guests of its address if that is proven, and what the orders of both
   * say of people. The orders stay. A person who was erased before stays so. Throws `accounts.not_found`,
   * `accounts.erase_self`, `accounts.last_admin`, `accounts.keys_held`, `accounts.erasure_blocked` and `request.invalid` for
   * a reason that names the person.
   */
  erasePerson(
    context: RequestContext,
    caller: UserCaller,
    id: string,
    input: ErasePerson,
  ): Promise<Once<Erased>>;
  /** Records that the caller wants to be erased. A repeated request changes nothing. */
  requestErasure(context: RequestContext, caller: UserCaller): Promise<EraseRequest>;
  /** Withdraws the caller's request. Throws `accounts.erase_request_missing`. */
  withdrawErasure(context: RequestContext, caller: UserCaller): Promise<void>;
  /** Lists the open requests, the next one due first. Throws `request.invalid_cursor`. */
  listEraseRequests(input: ListRequestsInput): Promise<Page<ListedRequest>>;
  /**
   * Erases people once more who were erased ten minutes ago: a mail that was being sent then was recorded afterwards, and so was
   * the reply to a request of staff. Returns how many, of those that one transaction takes.
   */
  sweepErased(): Promise<number>;
  /**
   * Erases people of whom it is known that they were erased before, after a backup was restored in which they were not. It is not
   * refused for an open order, a held API key or the last admin: what had to be settled was.
   */
  eraseAgain(author: Author, ids: readonly string[]): Promise<ErasedAgain>;
}
