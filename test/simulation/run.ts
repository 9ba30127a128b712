import { parseArgs } from 'node:util';
import { install } from './install.ts';
import { mutants } from './mutants.ts';

/**
 * `npm run simulate [-- --seconds N]` runs the product in simulation with new seeds, for a minute if nothing else is
 * said, and `npm run simulate -- --seed N [--steps M] [--runs R]` runs that seed and those after it. A run that breaks a
 * promise ends it: its seed is printed, and a short sequence of steps with the same result, with `--verbose` statement by
 * statement. `--mutant NAME` breaks the product first, see `mutants.ts`. `--accept-sql` notes that `statements/` does what
 * the SQL of the product says now.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    steps: { type: 'string', default: '2000' },
    runs: { type: 'string' },
    seconds: { type: 'string' },
    'shrink-seconds': { type: 'string', default: '60' },
    mutant: { type: 'string' },
    'accept-sql': { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});

function whole(name: keyof typeof values, byDefault: number): number {
  const value = Number(values[name] ?? byDefault);
  if (Number.isInteger(value) && value >= 0) return value;
  throw new Error(`--${name} must be a whole number.`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

const mutant = mutants.find(({ name }) => name === values.mutant) ?? null;
if (values.mutant !== undefined && mutant === null) {
  throw new Error(`There is no mutant of this name: ${mutants.map(({ name }) => name).join('; ')}`);
}
const isLoaded = install(mutant);
// From here on, because the product must not be loaded before its time and its ids are simulated.
const { simulateSeed, simulateSteps } = await import('./simulate.ts');
const { shrink } = await import('./shrink.ts');
const { realNowMs } = await import('./virtual-time.ts');
const { DETAIL } = await import('./world/world.ts');

async function main(): Promise<boolean> {
  if (values['accept-sql']) {
    await (await import('./modelled-sql.ts')).acceptSql();
    return true;
  }
  if (mutant !== null && !isLoaded()) throw new Error(`the product does not load ${mutant.file}`);
  const firstSeed = whole('seed', 1 + Math.floor(Math.random() * 1_000_000_000));
  const stepsMax = whole('steps', 2_000);
  const runsMax = whole('runs', values.seed !== undefined && values.seconds === undefined ? 1 : 0);
  const untilMs = realNowMs() + whole('seconds', runsMax > 0 ? 86_400 : 60) * 1_000;
  const startedAtMs = realNowMs();
  let steps = 0;
  let runs = 0;
  for (; realNowMs() < untilMs && (runsMax === 0 || runs < runsMax); runs += 1) {
    const seed = firstSeed + runs;
    const outcome = await simulateSeed(seed, stepsMax);
    steps += outcome.stepsTaken;
    if (outcome.violation === null) continue;
    say(`Seed ${seed} breaks a promise after ${outcome.stepsTaken} steps: ${outcome.violation}`);
    say(`Run it again: npm run simulate -- --seed ${seed} --steps ${stepsMax}`);
    const shrunk = await shrink({
      failed: outcome,
      repeat: (chosen) => simulateSteps(seed, chosen, { comesToRest: outcome.isAtRest }),
      timeMaxMs: whole('shrink-seconds', 60) * 1_000,
    });
    const told = await simulateSteps(seed, shrunk.steps, { withLog: true });
    say(`${shrunk.steps.length} of its ${outcome.steps.length} choices suffice:`);
    for (const line of told.log) if (values.verbose || !line.startsWith(DETAIL)) say(`  ${line}`);
    say(`${told.violation}`);
    return false;
  }
  const minutes = (realNowMs() - startedAtMs) / 60_000;
  const perMinute = Math.round(steps / minutes).toLocaleString('en');
  const seeds = runs === 1 ? `Seed ${firstSeed}` : `Seeds ${firstSeed} to ${firstSeed + runs - 1}`;
  say(
    `${seeds} kept every promise, in ${steps.toLocaleString('en')} steps, ${perMinute} a minute.`,
  );
  return true;
}

process.exitCode = (await main()) ? 0 : 1;
