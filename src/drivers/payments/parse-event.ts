import { CodedError } from '../../shared/errors.ts';
import { parseJson } from '../../shared/json.ts';
import { InvalidEventError } from './payment-provider.ts';

/**
 * Parses the body of a webhook whose signature has been verified. Throws `InvalidEventError` if it is not JSON, or is
 * JSON that no request body may contain.
 */
export function parseEvent(body: Buffer): unknown {
  try {
    return parseJson(body);
  } catch (error) {
    if (error instanceof CodedError)
      throw new InvalidEventError('the body is not an event', { cause: error });
    throw error;
  }
}
