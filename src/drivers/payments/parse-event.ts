import { CodedError } from '../../shared/errors.ts';
import { parseJson } from '../../shared/json.ts';
import { InvalidEventError } from './payment-provider.ts';

/**
 * The body of a webhook whose signature has been verified. Throws `InvalidEventError` for what is no JSON, or JSON that no
 * other body of a request may hold either.
 */
export function parseEvent(body: Buffer): unknown {
  try {
    return parseJson(body);
  } catch (error) {
    if (error instanceof CodedError)
      throw new InvalidEventError('the body is no event', { cause: error });
    throw error;
  }
}
