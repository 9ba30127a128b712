/** Tells how far the bench is, beside the table on the other stream. */
export function print(text: string): void {
  process.stderr.write(`${text}\n`);
}
