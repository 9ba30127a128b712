import { CommanderError } from 'commander';
import { printError } from '../terminal.ts';
import { createProgram } from './command-line.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';

/** Runs the command line and says with which code to end. */
export async function run(argv: readonly string[]): Promise<ExitCode> {
  let code: ExitCode = exitCodes.ok;
  const program = createProgram((result) => {
    code = result;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    // Commander has already written what it had to say.
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    }
    // It knows the errors of every command, and loads most of the product with them.
    const { explainError } = await import('./explain-error.ts');
    const { text, exitCode } = explainError(error);
    printError(text);
    return exitCode;
  }
}

if (import.meta.main) process.exitCode = await run(process.argv.slice(2));
