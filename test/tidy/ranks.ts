import type { Import } from './source-files.ts';

/**
 * The order of the contents of one folder, lowest rank first. A name is that of a folder or a file; `*` means every
 * file that is not named. An import goes to a lower rank or stays inside its own name. Files of one rank may import
 * each other; folders of one rank may not.
 */
export interface FolderOrder {
  readonly folder: string;
  readonly ranks: readonly (readonly string[])[];
}

/** The position of a path in the order of a folder. */
interface Place {
  readonly name: string;
  /** -1 if the order does not name it. */
  readonly rank: number;
  readonly isFile: boolean;
}

/** Returns null for a path outside the folder. */
function findPlace({ folder, ranks }: FolderOrder, path: string): Place | null {
  if (!path.startsWith(`${folder}/`)) return null;
  const [name = '', ...deeper] = path.slice(folder.length + 1).split('/');
  const isFile = deeper.length === 0;
  const named = ranks.findIndex((names) => names.includes(name));
  const rank = named === -1 && isFile ? ranks.findIndex((names) => names.includes('*')) : named;
  return { name, rank, isFile };
}

/** Returns the paths below the folder that have no place in its order. */
export function findUnplaced(order: FolderOrder, paths: readonly string[]): string[] {
  return paths.filter((path) => findPlace(order, path)?.rank === -1);
}

/** Returns the names in the order that match no path. */
export function findUnused(order: FolderOrder, paths: readonly string[]): string[] {
  const names = new Set(paths.map((path) => findPlace(order, path)?.name));
  return order.ranks.flat().filter((name) => name !== '*' && !names.has(name));
}

/** Returns the imports inside the folder that go up, or to the same rank if that is not allowed. */
export function findUpward(order: FolderOrder, imports: readonly Import[]): Import[] {
  return imports.filter(({ from, to }) => {
    const [mine, other] = [findPlace(order, from), findPlace(order, to)];
    if (mine === null || other === null || mine.name === other.name) return false;
    const areFiles = mine.isFile && other.isFile;
    return areFiles ? other.rank > mine.rank : other.rank >= mine.rank;
  });
}

/**
 * Returns groups of files that reach each other by imports, each sorted by path. Uses Tarjan's algorithm for strongly
 * connected components.
 */
export function findCircles(imports: readonly Pick<Import, 'from' | 'to'>[]): string[][] {
  const next = Map.groupBy(imports, ({ from }) => from);
  const indexes = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];

  function visit(path: string): number {
    const index = indexes.size;
    indexes.set(path, index);
    lowest.set(path, index);
    stack.push(path);
    for (const { to } of next.get(path) ?? []) {
      const reached = indexes.has(to) ? (stack.includes(to) ? indexes.get(to)! : index) : visit(to);
      lowest.set(path, Math.min(lowest.get(path)!, reached));
    }
    if (lowest.get(path) === index) {
      const members = stack.splice(stack.indexOf(path));
      if (members.length > 1) circles.push(members.sort());
    }
    return lowest.get(path)!;
  }

  for (const path of next.keys()) if (!indexes.has(path)) visit(path);
  return circles;
}
