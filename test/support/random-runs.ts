/**
 * Returns how often a random test of decisions runs: a fifth of `runs` on the other server of `TEST_POSTGRES_BIN`. There it
 * repeats a whole run on the embedded one, to show that the same statements do the same; the decisions do not depend
 * on the server.
 */
export function randomRuns(runs: number): number {
  return process.env.TEST_POSTGRES_BIN === undefined ? runs : Math.ceil(runs / 5);
}
