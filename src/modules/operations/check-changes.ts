import type { Database } from '../../database/database.ts';
import { FOR_SELECTED_ROWS } from '../../database/plan-settings.ts';
import type { Queryable } from '../../database/statement.ts';
import { findSettledEnd } from '../../events/index.ts';
import {
  type FoundRow,
  findSubjects,
  type Invariant,
  invariants,
  REMEMBERED_MAX,
  type ScopedPart,
  VIOLATIONS_SHOWN_MAX,
  type Violation,
} from './invariants.ts';
import {
  BEFORE_ALL,
  estimateRows,
  readSnapshotTime,
  type ScopeName,
  scopes,
} from './scope-queries.ts';
import type { CheckProgress, Remembered } from './stored-checks.ts';

/** For one statement. After a long break, many rows have changed. */
const STATEMENT_TIMEOUT_MS = 120_000;
/** The checks in which every row is looked at again: a day of them, less some that a stopped server misses. */
const CYCLE_CHECKS = 250;
/** Up to a million rows, the part of a check that does not depend on changes costs the same. */
const SLICE_MIN = 4_000;
/**
 * Rows are selected by time from so long before the last check: they are stamped before they are committed, by the clocks
 * of several servers. It exceeds the longest deadline in an invariant, so that a row is looked at after its deadline.
 */
const OVERLAP_MS = 15 * 60_000;
const IDS_PER_STATEMENT = 10_000;

export interface InvariantResult {
  readonly name: string;
  readonly violationCount: number;
  readonly violations: readonly Violation[];
}

export interface ChangesReport {
  readonly invariants: readonly InvariantResult[];
  /** For the next check. */
  readonly progress: CheckProgress;
}

/** Ids by scope, in groups that one statement can check. */
type Selection = ReadonlyMap<ScopeName, readonly (readonly string[])[]>;

/**
 * Checks the invariants on what has changed since the last check, on the next slice of everything else, and on the known
 * violations. Its duration depends on the changes and not on the size of the shop. All statements see one snapshot; if
 * one of them fails, nothing counts as checked.
 */
export async function checkChanges(
  database: Database,
  last: CheckProgress,
  { sliceMin = SLICE_MIN }: { readonly sliceMin?: number } = {},
): Promise<ChangesReport> {
  // Before the snapshot: what is settled by now is visible in it.
  const position = (await findSettledEnd(database)) ?? last.position;
  return database.snapshot(
    async (db) => {
      const [time] = await readSnapshotTime(db);
      const { selection, cursors } = await select(db, last, sliceMin);
      const results: InvariantResult[] = [];
      const remembered: Record<string, Remembered> = {};
      for (const invariant of invariants) {
        const found = await check(db, invariant, selection, last.remembered[invariant.name] ?? {});
        results.push({ name: invariant.name, ...found });
        if (found.violationCount > 0) remembered[invariant.name] = found.remembered;
      }
      const checkedAt = time!.now.toISOString();
      return { invariants: results, progress: { position, checkedAt, cursors, remembered } };
    },
    STATEMENT_TIMEOUT_MS,
    FOR_SELECTED_ROWS,
  );
}

/** Selects the changed rows and the next slice of each scope. */
async function select(
  db: Queryable,
  last: CheckProgress,
  sliceMin: number,
): Promise<{ selection: Selection; cursors: CheckProgress['cursors'] }> {
  const since = new Date(Date.parse(last.checkedAt) - OVERLAP_MS).toISOString();
  const estimates = await estimateRows(
    db,
    Object.values(scopes).map(({ table }) => table),
  );
  const rowsByTable = new Map(estimates.map(({ table, rows }) => [table, rows]));
  const selection = new Map<ScopeName, readonly (readonly string[])[]>();
  const cursors: Partial<Record<ScopeName, string>> = {};
  for (const name of Object.keys(scopes) as ScopeName[]) {
    const { table, idType, changedAfter, changedSince, slice } = scopes[name];
    const limit = Math.max(sliceMin, Math.ceil((rowsByTable.get(table) ?? 0) / CYCLE_CHECKS));
    const [next] = await slice(db, last.cursors[name] ?? BEFORE_ALL[idType], limit);
    const changed = new Set<string>();
    for (const { id } of (await changedAfter?.(db, last.position)) ?? []) changed.add(id);
    for (const { id } of (await changedSince?.(db, since)) ?? []) changed.add(id);
    // Apart, because some statements read what was written at the time of their rows.
    selection.set(name, [...inGroups(next!.ids), ...inGroups([...changed])]);
    if (next!.last !== null) cursors[name] = next!.last;
  }
  return { selection, cursors };
}

async function check(
  db: Queryable,
  invariant: Invariant,
  selection: Selection,
  known: Remembered,
): Promise<Omit<InvariantResult, 'name'> & { remembered: Remembered }> {
  if (known !== 'many') {
    const found = await checkSelection(db, invariant, selection, known);
    if (found.violationCount <= REMEMBERED_MAX) return found;
  }
  // So much is broken that it is counted, and not followed row by row.
  const [all] = await invariant.check(db, VIOLATIONS_SHOWN_MAX);
  const { violationCount, violations } = all!;
  const remembered = violationCount > REMEMBERED_MAX ? 'many' : await findSubjects(db, invariant);
  return { violationCount, violations, remembered };
}

async function checkSelection(
  db: Queryable,
  { parts, findElsewhere }: Invariant,
  selection: Selection,
  known: Exclude<Remembered, 'many'>,
): Promise<Omit<InvariantResult, 'name'> & { remembered: Remembered }> {
  const violations = new Map<string, Violation>();
  const add = ({ id, detail }: Violation) => violations.set(`${id} ${detail}`, { id, detail });
  const remembered: Record<string, readonly string[]> = {};
  for (const part of parts) {
    const rows = await checkPart(db, part, selection.get(part.scope)!, known[part.name] ?? []);
    rows.forEach(add);
    if (rows.length > 0) remembered[part.name] = [...new Set(rows.map(({ subject }) => subject))];
  }
  if (findElsewhere !== null) (await findElsewhere(db, REMEMBERED_MAX + 1)).forEach(add);
  return {
    violationCount: violations.size,
    violations: [...violations.values()].slice(0, VIOLATIONS_SHOWN_MAX),
    remembered,
  };
}

async function checkPart(
  db: Queryable,
  { screen, find }: ScopedPart,
  groups: readonly (readonly string[])[],
  known: readonly string[],
): Promise<FoundRow[]> {
  const subjects =
    screen === null ? [...groups, known] : [known, ...(await screenAll(db, screen, groups))];
  const found: FoundRow[] = [];
  for (const some of subjects) {
    if (some.length > 0) found.push(...(await find(db, some, REMEMBERED_MAX + 1)));
  }
  return found;
}

async function screenAll(
  db: Queryable,
  screen: NonNullable<ScopedPart['screen']>,
  groups: readonly (readonly string[])[],
): Promise<readonly string[][]> {
  const suspects = new Set<string>();
  for (const some of groups) {
    for (const { subject } of await screen(db, some)) suspects.add(subject);
  }
  return inGroups([...suspects]);
}

function inGroups(ids: readonly string[]): readonly string[][] {
  return Array.from({ length: Math.ceil(ids.length / IDS_PER_STATEMENT) }, (_, index) =>
    ids.slice(index * IDS_PER_STATEMENT, (index + 1) * IDS_PER_STATEMENT),
  );
}
