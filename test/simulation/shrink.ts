import type { Steps } from './choices.ts';
import type { Outcome } from './simulate.ts';
import { realNowMs } from './virtual-time.ts';

export interface ShrinkOptions {
  readonly failed: Outcome;
  readonly repeat: (steps: Steps) => Promise<Outcome>;
  /** When to be content with what was found. */
  readonly timeMaxMs: number;
}

/** Returns what kind of violation it is: another one would be another story. */
function kindOf({ violation }: Outcome): string | null {
  return violation === null ? null : violation.split(/[:\d]/)[0]!;
}

/**
 * Finds a short sequence of steps with the same violation: leaves out parts of it, halves first and single steps last, and
 * then makes the choices of each step plain. Source of the method: Zeller and Hildebrandt, "Simplifying and Isolating
 * Failure-Inducing Input".
 */
export async function shrink({ failed, repeat, timeMaxMs }: ShrinkOptions): Promise<Outcome> {
  const untilMs = realNowMs() + timeMaxMs;
  const kind = kindOf(failed);
  let best = failed;
  const isOver = () => realNowMs() > untilMs;
  const accept = async (steps: Steps): Promise<boolean> => {
    const outcome = await repeat(steps);
    if (kindOf(outcome) !== kind) return false;
    best = outcome;
    return true;
  };

  /** Leaves out as many steps at once as `size`, wherever the violation stays. */
  const leaveOut = async (size: number): Promise<void> => {
    let from = 0;
    while (from < best.steps.length && !isOver()) {
      const without = [...best.steps.slice(0, from), ...best.steps.slice(from + size)];
      if (!(await accept(without))) from += size;
    }
  };

  /** Makes choices plain. */
  const simplify = async (): Promise<void> => {
    for (let place = 0; place < best.steps.length && !isOver(); place += 1) {
      for (const [index, chosen] of best.steps[place]!.entries()) {
        if (chosen === 0 || isOver()) continue;
        const steps = best.steps.map((step) => [...step]);
        steps[place]![index] = 0;
        await accept(steps);
      }
    }
  };

  for (let before = null as Steps | null; before !== best.steps && !isOver(); ) {
    before = best.steps;
    for (let size = Math.ceil(before.length / 2); size >= 1; size = Math.floor(size / 2)) {
      await leaveOut(size);
    }
    await simplify();
  }
  return best;
}
