import { createRequire } from 'node:module';

/**
 * The position of each character as one number. The difference of two positions describes how a finger moves between
 * them.
 */
export type Layout = ReadonlyMap<string, number>;

type Neighbours = Readonly<Record<string, readonly (string | null)[]>>;

/** Far larger than the number of keys in a row. */
const ROW = 64;
/** On a keyboard, whose rows are shifted by half a key: left, up left, up right, right, down right, down left. */
const SIX_STEPS = [-1, -ROW, 1 - ROW, 1, ROW, ROW - 1];
/** On a number pad: clockwise from left. */
const EIGHT_STEPS = [-1, -1 - ROW, -ROW, 1 - ROW, 1, 1 + ROW, ROW, ROW - 1];

/** Layouts that the library lacks. Each row is shifted by half a key from the one above it. */
const MORE_ROWS = [
  ['1234567890-=', 'qwfpgjluy;[]', "arstdhneio'", 'zxcvbkm,./'],
  ['1234567890-=', 'йцукенгшщзхъ', 'фывапролджэ', 'ячсмитьбю.'],
];

/** Loads the layouts, only when a secret is checked: at the start in production, and by `doctor`. */
export function keyboardLayouts(): Layout[] {
  const { adjacencyGraphs } = createRequire(import.meta.url)('@zxcvbn-ts/language-common') as {
    adjacencyGraphs: Readonly<Record<string, Neighbours>>;
  };
  return [
    ...Object.values(adjacencyGraphs).map(buildLayout),
    ...MORE_ROWS.map(buildLayoutFromRows),
  ];
}

/** Builds positions from the first key on: every other key is one step from a neighbour with a known position. */
function buildLayout(graph: Neighbours): Layout {
  const layout = new Map<string, number>();
  const waiting = Object.keys(graph).slice(0, 1);
  if (waiting[0] !== undefined) layout.set(waiting[0], 0);
  for (const character of waiting) {
    const neighbours = graph[character] ?? [];
    const steps = neighbours.length === SIX_STEPS.length ? SIX_STEPS : EIGHT_STEPS;
    for (const [direction, key] of neighbours.entries()) {
      for (const reached of key ?? '') {
        if (layout.has(reached)) continue;
        layout.set(reached, (layout.get(character) ?? 0) + (steps[direction] ?? 0));
        waiting.push(reached);
      }
    }
  }
  return layout;
}

function buildLayoutFromRows(rows: readonly string[]): Layout {
  return new Map(
    rows.flatMap((row, y) => Array.from(row, (key, x) => [key, x + y * ROW] as const)),
  );
}
