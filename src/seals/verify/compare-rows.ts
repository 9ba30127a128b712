import { countRows, type LeafList, type ListedRow, sliceRows, unpackRows } from '../leaf-list.ts';

/** What differs between the rows that a seal was made of and those that are there. */
export interface RowDifferences {
  altered(row: ListedRow): void;
  missing(sealed: ListedRow): void;
  added(row: ListedRow): void;
}

export interface RowComparison {
  /** Takes the next rows, in the order of positions. */
  take(rows: LeafList): void;
  /** Returns whether the kept positions and ids are those of the rows that have their leaves. */
  end(): boolean;
}

interface KeptRows {
  readonly byLeaf: Map<string, ListedRow>;
  readonly byPosition: Map<number, ListedRow>;
}

/**
 * Compares rows with the kept leaves of their seal. A row with a kept leaf is whole, whatever position and id are kept
 * beside it: only leaves are signed. Memory depends on the number of kept leaves alone.
 */
export function compareRows(kept: LeafList, differences: RowDifferences): RowComparison {
  let next = 0;
  let areIdsKept = true;
  /** What follows the first difference; null: there is none. */
  let rest: KeptRows | null = null;

  function takeRow(row: ListedRow, { byLeaf, byPosition }: KeptRows): void {
    const remove = ({ leaf, position }: ListedRow) => {
      byLeaf.delete(leaf);
      byPosition.delete(position);
    };
    const sameLeaf = byLeaf.get(row.leaf);
    if (sameLeaf !== undefined) {
      if (sameLeaf.position !== row.position || sameLeaf.id !== row.id) areIdsKept = false;
      remove(sameLeaf);
      return;
    }
    const samePlace = byPosition.get(row.position);
    if (samePlace?.id === row.id) {
      remove(samePlace);
      differences.altered(row);
      return;
    }
    differences.added(row);
  }

  return {
    take(rows) {
      const expected = sliceRows(kept, next, next + countRows(rows));
      if (rest === null && expected.equals(rows)) {
        next += countRows(rows);
        return;
      }
      rest ??= indexRows(sliceRows(kept, next));
      for (const row of unpackRows(rows)) takeRow(row, rest);
    },
    end() {
      const missing = rest === null ? unpackRows(sliceRows(kept, next)) : rest.byLeaf.values();
      for (const row of missing) differences.missing(row);
      return areIdsKept;
    },
  };
}

function indexRows(list: LeafList): KeptRows {
  const rows = unpackRows(list);
  return {
    byLeaf: new Map(rows.map((row) => [row.leaf, row])),
    byPosition: new Map(rows.map((row) => [row.position, row])),
  };
}
