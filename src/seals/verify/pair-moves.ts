import type { ListedRow } from '../leaf-list.ts';
import type { Seal } from '../seal.ts';

/** A row as a seal knows it. */
export interface SealedRow {
  readonly seal: Seal;
  readonly sealed: ListedRow;
}

export interface PairedRows {
  missing(row: SealedRow): void;
  added(row: ListedRow): void;
  /** `row` is what `was` has become. Both have the same id. */
  moved(row: ListedRow, was: SealedRow): void;
}

export interface MovePairs {
  missing(row: SealedRow): void;
  added(row: ListedRow): void;
  /** Hands over what has no counterpart. */
  end(): void;
}

/**
 * Pairs rows of one log that are missing at one place with rows of the same id that were added at another, also across
 * seals. At most `pendingMax` of each wait for a counterpart, so that memory is bounded however much was altered.
 */
export function pairMoves(found: PairedRows, pendingMax: number): MovePairs {
  const missing = new Map<string, SealedRow>();
  const added = new Map<string, ListedRow>();

  function pair(row: ListedRow, was: SealedRow): void {
    const isWhole = row.position === was.sealed.position && row.leaf === was.sealed.leaf;
    if (!isWhole) found.moved(row, was);
  }

  return {
    missing(row) {
      const { id } = row.sealed;
      const counterpart = added.get(id);
      if (counterpart === undefined) wait(missing, id, row, pendingMax, found.missing);
      else {
        added.delete(id);
        pair(counterpart, row);
      }
    },
    added(row) {
      const counterpart = missing.get(row.id);
      if (counterpart === undefined) wait(added, row.id, row, pendingMax, found.added);
      else {
        missing.delete(row.id);
        pair(row, counterpart);
      }
    },
    end() {
      for (const row of missing.values()) found.missing(row);
      for (const row of added.values()) found.added(row);
    },
  };
}

/** Lets a row wait for its counterpart, and hands over the one whose place it takes. */
function wait<Row>(
  waiting: Map<string, Row>,
  id: string,
  row: Row,
  max: number,
  handOver: (row: Row) => void,
): void {
  const sameId = waiting.get(id);
  if (sameId !== undefined) handOver(sameId);
  waiting.delete(id);
  waiting.set(id, row);
  if (waiting.size <= max) return;
  const [oldest] = waiting;
  waiting.delete(oldest![0]);
  handOver(oldest![1]);
}
