import { InvalidArgumentError, Option } from 'commander';
import type { ExitCode } from './exit-codes.ts';

/** Makes the action of a command out of what loads it. */
export type Ending = <Arguments extends unknown[]>(
  load: () => Promise<(...all: Arguments) => Promise<ExitCode>>,
) => (...all: Arguments) => Promise<void>;

/** A command that is run in the wrong place would else leave an empty database there, and say that all is well. */
export function newDatabaseOption(): Option {
  return new Option('--new', 'make a new embedded database when there is none');
}

/** Parses an option. Throws `InvalidArgumentError`. */
export function wholeNumber(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < minimum || value > maximum) {
      throw new InvalidArgumentError(`It takes a whole number from ${minimum} to ${maximum}.`);
    }
    return value;
  };
}
