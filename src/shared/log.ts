/** What a part needs to speak to the operator. A pino logger is one. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
}

/** The same with what a sentence is about, as fields of its line. A pino logger is one too. */
export interface DetailedLog {
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}
