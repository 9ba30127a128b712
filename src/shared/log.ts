/** A log for the operator. A pino logger is one. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
}

/** A log whose lines have structured fields. A pino logger is one too. */
export interface DetailedLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}
