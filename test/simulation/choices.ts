/**
 * Where the decisions of a run come from: which process goes on, what a client wants, what breaks. They are numbers,
 * grouped by step, so that a failing run can be repeated without some of its steps (`shrink.ts`). 0 is always the plain
 * case, and what is missing is 0.
 */
export type Steps = readonly (readonly number[])[];

export interface Choices {
  /** Begins a step. Returns false if the run has no further one. */
  begin(): boolean;
  /** Returns a whole number from 0 to `count - 1`. After the last step they are no choices any more, but follow from the seed. */
  below(count: number): number;
  /** Returns the decisions so far. */
  steps(): Steps;
}

/** Returns pseudo-random numbers in [0, 1). Source: Chris Doty-Humphrey, PractRand, "sfc32". */
export function createRandom(seed: number): () => number {
  let [a, b, c, d] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, seed >>> 0];
  const next = () => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 2 ** 32;
  };
  for (let warmUp = 0; warmUp < 12; warmUp += 1) next();
  return next;
}

/** Returns the numbers after the last step. */
function chooseAtRest(seed: number): (count: number) => number {
  const random = createRandom(seed ^ 0x2545f491);
  return (count) => Math.floor(random() * count);
}

/** Creates new decisions from a seed. */
export function chooseFromSeed(seed: number, stepsMax: number): Choices {
  const random = createRandom(seed);
  const atRest = chooseAtRest(seed);
  const steps: number[][] = [];
  let isOver = false;
  return {
    begin() {
      isOver = steps.length >= stepsMax;
      if (!isOver) steps.push([]);
      return !isOver;
    },
    below(count) {
      if (isOver) return atRest(count);
      const chosen = Math.floor(random() * count);
      steps.at(-1)?.push(chosen);
      return chosen;
    },
    steps: () => steps,
  };
}

/** Repeats decisions of a seed. */
export function repeatChoices(seed: number, steps: Steps): Choices {
  const atRest = chooseAtRest(seed);
  let place = -1;
  let used = 0;
  return {
    begin() {
      place += 1;
      used = 0;
      return place < steps.length;
    },
    below(count) {
      if (place >= steps.length) return atRest(count);
      const chosen = steps[place]?.[used] ?? 0;
      used += 1;
      return chosen % count;
    },
    steps: () => steps,
  };
}
