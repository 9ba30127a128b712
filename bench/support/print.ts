/** Prints progress to stderr, since stdout is for the table. */
export function print(text: string): void {
  process.stderr.write(`${text}\n`);
}
