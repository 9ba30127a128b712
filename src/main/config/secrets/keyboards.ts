import { createRequire } from 'node:module';

/** Where each character lies, as one number: the distance of two of them says how a finger moves between them. */
export type Layout = ReadonlyMap<string, number>;

type Neighbours = Readonly<Record<string, readonly (string | null)[]>>;

/** Far above the keys of a row. */
const ROW = 64;
/** Of a keyboard, whose rows are shifted by half a key: left, up left, up right, right, down right, down left. */
const SIX_STEPS = [-1, -ROW, 1 - ROW, 1, ROW, ROW - 1];
/** Of a number pad: left, and on clockwise. */
const EIGHT_STEPS = [-1, -1 - ROW, -ROW, 1 - ROW, 1, 1 + ROW, ROW, ROW - 1];

/** Layouts that the library has not. Each row is shifted by half a key against the one above it. */
const MORE_ROWS = [
  ['1234567890-=', 'qwfpgjluy;[]', "arstdhneio'", 'zxcvbkm,./'],
  ['1234567890-=', 'йцукенгшщзхъ', 'фывапролджэ', 'ячсмитьбю.'],
];

/** Loaded when a secret is judged: at the start in production, and by `doctor`. */
export function keyboardLayouts(): Layout[] {
  const { adjacencyGraphs } = createRequire(import.meta.url)('@zxcvbn-ts/language-common') as {
    adjacencyGraphs: Readonly<Record<string, Neighbours>>;
  };
  return [
    ...Object.values(adjacencyGraphs).map(buildLayout),
    ...MORE_ROWS.map(buildLayoutFromRows),
  ];
}

/** From the first key on, every key lies one step from a neighbour that has its place already. */
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
