/** What the command line ends with, for scripts. */
export const exitCodes = {
  ok: 0,
  /** The thing asked about is not so, or some rows were refused. */
  no: 1,
  /** Arguments or configuration are wrong. */
  usage: 2,
  /** It could not be done now, for example because the database is away. */
  failed: 3,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
