import { CodedError } from '../../../shared/errors.ts';
import { ordersErrors } from '../errors.ts';

/** Throws `orders.version_conflict` if a client changed another version of an order than the current one. */
export function requireVersion(given: number | undefined, current: number): void {
  if (given !== undefined && given !== current) {
    throw new CodedError(ordersErrors.versionConflict, { extensions: { currentVersion: current } });
  }
}
