import { countRows, getPosition, type LeafList, type ListedRow } from '../leaf-list.ts';
import { computeRoot } from '../merkle-root.ts';
import type { LogName, Seal } from '../seal.ts';
import { compareRows } from './compare-rows.ts';
import { FINDINGS_MAX, type Findings } from './finding.ts';
import { pairMoves, type SealedRow } from './pair-moves.ts';
import { createRowCursor, type ReadLeaves, START } from './row-cursor.ts';

/** The last positions of the seals whose rows are compared; both ends are included. */
export interface PositionRange {
  readonly first: number;
  readonly last: number;
}

/** A seal, with what is kept beside it. */
export interface SealWithLeaves extends Seal {
  readonly leaves: LeafList;
}

export interface LogReader {
  readonly readLeaves: ReadLeaves;
  /** Returns rows so low that `readLeaves` cannot start before them. */
  findBeneath(position: number): Promise<readonly Pick<ListedRow, 'position' | 'id'>[]>;
  /** Returns the leaf that a row would have at another position; undefined if there is no such row any more. */
  readLeafAs(format: number, position: number, other: number): Promise<string | undefined>;
}

export interface LogComparison {
  /**
   * Compares the rows after those of the log's seal before. `isOpen`: a seal between the two is missing, so rows between
   * them may have been its rows.
   */
  compare(seal: SealWithLeaves, isOpen: boolean): Promise<void>;
  /** Returns how many rows were compared. */
  end(): Promise<number>;
}

const SLICE_MAX = 4_096;
/** How many rows may wait for the place where they were before, or are now. */
const PENDING_MAX = 20_000;

interface MovedRow {
  readonly row: ListedRow;
  readonly was: SealedRow;
}

/** Compares the rows of one log with its seals, which come in the order in which they were made. */
export function createLogComparison(
  log: LogName,
  reader: LogReader,
  range: PositionRange,
  findings: Findings,
): LogComparison {
  const cursor = createRowCursor(reader.readLeaves, SLICE_MAX);
  const moved: MovedRow[] = [];
  const pairs = pairMoves(
    {
      missing: ({ seal, sealed: { position, id } }) =>
        findings.add({ kind: 'row_missing', seal: seal.number, log, position, id }),
      added: ({ position, id }) => findings.add({ kind: 'row_added', log, position, id }),
      moved: (row, was) => {
        if (moved.length < FINDINGS_MAX) moved.push({ row, was });
        else addMoved({ row, was }, true);
      },
    },
    PENDING_MAX,
  );
  let rows = 0;

  function addMoved({ row: { position, id }, was: { seal, sealed } }: MovedRow, altered: boolean) {
    const from = sealed.position;
    findings.add({ kind: 'row_moved', seal: seal.number, log, position, id, from, altered });
  }

  function takeUpTo(position: number, { format }: Seal, take: (rows: LeafList) => void) {
    return cursor.takeUpTo(position, format, (list) => {
      rows += countRows(list);
      take(list);
    });
  }

  async function passUnproven(seal: Seal): Promise<void> {
    const unproven = { first: 0, last: 0, rows: 0 };
    await takeUpTo(seal.first - 1, seal, (list) => {
      if (unproven.rows === 0) unproven.first = getPosition(list, 0);
      unproven.rows += countRows(list);
      unproven.last = getPosition(list, countRows(list) - 1);
    });
    if (unproven.rows > 0) findings.add({ kind: 'rows_unproven', log, ...unproven });
  }

  async function compareSealed(seal: SealWithLeaves): Promise<void> {
    const comparison = compareRows(seal.leaves, {
      altered: ({ position, id }) =>
        findings.add({ kind: 'row_altered', seal: seal.number, log, position, id }),
      missing: (sealed) => pairs.missing({ seal, sealed }),
      added: pairs.added,
    });
    if (hasRoot(seal.leaves, seal)) {
      await takeUpTo(seal.last, seal, comparison.take);
      if (!comparison.end()) findings.add({ kind: 'leaves_altered', seal: seal.number });
      return;
    }
    // The leaves were altered, so first find out whether the rows are those that the root proves.
    findings.add({ kind: 'leaves_altered', seal: seal.number });
    let found: LeafList = Buffer.alloc(0);
    let isComparing = false;
    const compareAll = (list: LeafList) => {
      if (!isComparing) findings.add({ kind: 'rows_differ', seal: seal.number, log });
      isComparing = true;
      comparison.take(list);
    };
    await takeUpTo(seal.last, seal, (list) => {
      if (isComparing) return compareAll(list);
      found = Buffer.concat([found, list]);
      if (countRows(found) > seal.rows) compareAll(found);
    });
    if (hasRoot(found, seal)) return;
    if (!isComparing) compareAll(found);
    comparison.end();
  }

  return {
    async compare(seal, isOpen) {
      if (seal.last >= range.first && seal.last <= range.last) {
        if (isOpen) await passUnproven(seal);
        await compareSealed(seal);
      } else cursor.skipTo(seal.last);
    },
    async end() {
      for (const row of range.first <= START ? await reader.findBeneath(START) : []) {
        findings.add({ kind: 'row_added', log, ...row });
      }
      pairs.end();
      for (const one of moved) {
        const { seal, sealed } = one.was;
        const leaf = await reader.readLeafAs(seal.format, one.row.position, sealed.position);
        addMoved(one, leaf !== sealed.leaf);
      }
      return rows;
    },
  };
}

function hasRoot(list: LeafList, { rows, root }: Seal): boolean {
  return rows > 0 && countRows(list) === rows && computeRoot(list) === root;
}
