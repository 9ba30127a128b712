import { CommanderError } from 'commander';
import { ignoreClosedOutput, printError } from '../terminal.ts';
import { createProgram } from './command-line.ts';
import { type ExitCode, exitCodes } from './exit-codes.ts';

/** Runs the command line. Returns the exit code. */
export async function run(argv: readonly string[]): Promise<ExitCode> {
  ignoreClosedOutput();
  let code: ExitCode = exitCodes.ok;
  const program = createProgram((result) => {
    code = result;
  });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    // Commander has already written its message.
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    }
    // Loaded late, because it imports the errors of every command, and with them most of Holdfast.
    const { explainError } = await import('./explain-error.ts');
    const { text, exitCode } = explainError(error);
    printError(text);
    return exitCode;
  }
}

if (import.meta.main) process.exitCode = await run(process.argv.slice(2));
