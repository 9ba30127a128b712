/** The exit codes of the command line, for scripts. */
export const exitCodes = {
  ok: 0,
  /** The check failed, or some rows were refused. */
  no: 1,
  /** Arguments or configuration are wrong. */
  usage: 2,
  /** Not possible now, for example because the database is unavailable. */
  failed: 3,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
