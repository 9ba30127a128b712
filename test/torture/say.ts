/** Prints progress and results for the person at the terminal. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
