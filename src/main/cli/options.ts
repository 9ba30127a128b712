import { InvalidArgumentError, Option } from 'commander';
import { inUtc, isInstant } from '../../shared/instant.ts';
import type { ExitCode } from './exit-codes.ts';

/** Builds the action of a command from a function that loads it. */
export type ActionBuilder = <Arguments extends unknown[]>(
  load: () => Promise<(...all: Arguments) => Promise<ExitCode>>,
) => (...all: Arguments) => Promise<void>;

/**
 * Creates the option `--new`. Without it, a command run in the wrong folder would create an empty database there and
 * report success.
 */
export function newDatabaseOption(): Option {
  return new Option('--new', 'create an embedded database if there is none');
}

/** Creates the options for the API keys of an admin who loses their access. */
export function endKeysOption(): Option {
  return new Option('--end-keys', 'end the API keys that the user holds');
}

export function keysToOption(): Option {
  return new Option('--keys-to <email>', 'let another admin hold their API keys');
}

/** Returns a parser of an option. It throws `InvalidArgumentError`. */
export function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < minimum || value > maximum) {
      throw new InvalidArgumentError(`It must be a whole number from ${minimum} to ${maximum}.`);
    }
    return value;
  };
}

/** RFC 3339: a date, and with it a time of day and an offset. */
const DATE = /^\d{4}-\d{2}-\d{2}(?<time>T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))?$/i;

/** Returns an instant in UTC; a date alone is its midnight there. Throws `InvalidArgumentError`. */
export function instant(text: string): string {
  const match = DATE.exec(text);
  const full = match?.groups?.time === undefined ? `${text}T00:00:00Z` : text;
  if (match === null || !isInstant(full)) {
    throw new InvalidArgumentError('It must be like 2030-01-31 or 2030-01-31T18:00:00Z.');
  }
  return inUtc(full);
}
