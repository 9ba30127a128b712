import type { LogName } from '../seal.ts';

/** Where a row is, or was when it was sealed. */
export interface RowPlace {
  readonly log: LogName;
  readonly position: number;
  readonly id: string;
}

/** Something that is not as it was sealed. `seal` is a number of a seal. */
export type Finding =
  | ({ readonly kind: 'row_altered'; readonly seal: number } & RowPlace)
  | ({ readonly kind: 'row_missing'; readonly seal: number } & RowPlace)
  /** A row between sealed rows that was not there when they were sealed. */
  | ({ readonly kind: 'row_added' } & RowPlace)
  /** A row with the id of a sealed one that is at another position now; `altered`: it also differs otherwise. */
  | ({
      readonly kind: 'row_moved';
      readonly seal: number;
      readonly from: number;
      readonly altered: boolean;
    } & RowPlace)
  /** Rows that do not have the root of their seal, whose leaves were altered, too: some may not be named. */
  | { readonly kind: 'rows_differ'; readonly seal: number; readonly log: LogName }
  /** Rows that no seal answers for any more, because theirs is missing or cannot be read. */
  | {
      readonly kind: 'rows_unproven';
      readonly log: LogName;
      readonly first: number;
      readonly last: number;
      readonly rows: number;
    }
  /** `fields`: those that were altered, as far as the signature proves what they were. */
  | { readonly kind: 'seal_altered'; readonly seal: number; readonly fields: readonly string[] }
  | { readonly kind: 'seal_missing'; readonly first: number; readonly last: number }
  /** No known key signed it. */
  | { readonly kind: 'seal_foreign'; readonly seal: number }
  | { readonly kind: 'seal_renumbered'; readonly seal: number; readonly was: number }
  /** A further row with a seal that is stored already. */
  | { readonly kind: 'seal_copied'; readonly seal: number; readonly of: number }
  | { readonly kind: 'leaves_altered'; readonly seal: number }
  /** Its `previous` is not the hash of the seal before it. */
  | { readonly kind: 'chain_broken'; readonly seal: number }
  /** Seals up to `seal`, which an anchor has, are gone from the end. `end`: the last one that is stored. */
  | { readonly kind: 'cut_off'; readonly seal: number; readonly at: string; readonly end: number }
  /** An anchor has another seal of this number. `known`: signed by a key that is known here. */
  | {
      readonly kind: 'sealed_anew';
      readonly seal: number;
      readonly at: string;
      readonly known: boolean;
    };

export type FindingKind = Finding['kind'];

/** So many findings are named, and the others counted. */
export const FINDINGS_MAX = 1_000;

export interface Findings {
  add(finding: Finding): void;
  /** The first `FINDINGS_MAX`, by log and position or number. */
  list(): readonly Finding[];
  /** How many there are of each kind, with those that are not named. */
  counts(): Readonly<Partial<Record<FindingKind, number>>>;
}

export function createFindings(max: number = FINDINGS_MAX): Findings {
  const named: Finding[] = [];
  const counts: Partial<Record<FindingKind, number>> = {};
  return {
    add(finding) {
      counts[finding.kind] = (counts[finding.kind] ?? 0) + 1;
      if (named.length < max) named.push(finding);
    },
    list: () => named.toSorted(compareFindings),
    counts: () => counts,
  };
}

/** Seals come first, by number, and then rows, by log and position. */
function compareFindings(one: Finding, other: Finding): number {
  const [log, place] = toPlace(one);
  const [otherLog, otherPlace] = toPlace(other);
  if (log === otherLog) return place - otherPlace;
  return log < otherLog ? -1 : 1;
}

function toPlace(finding: Finding): [log: string, place: number] {
  if ('position' in finding) return [finding.log, finding.position];
  if (finding.kind === 'rows_unproven') return [finding.log, finding.first];
  return ['', 'seal' in finding ? finding.seal : finding.first];
}
