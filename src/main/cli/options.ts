import { InvalidArgumentError, Option } from 'commander';
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
