import { fileURLToPath } from 'node:url';

/**
 * The path of `bin/holdfast.js`: of the build that the runner made of the source if many files start the program, or of
 * the source itself.
 */
export const holdfastProgram =
  process.env.TEST_PROGRAM ?? fileURLToPath(new URL('../../bin/holdfast.js', import.meta.url));
