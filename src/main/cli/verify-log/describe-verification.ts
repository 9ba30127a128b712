import {
  type Finding,
  type FindingKind,
  logNames,
  type Verification,
} from '../../../seals/index.ts';
import { formatTable } from '../../terminal.ts';

export interface DescriptionInput {
  readonly publicKeys: readonly string[];
  /** How often rows are sealed. */
  readonly sealSeconds: number;
  /** Whether only the rows of a period were compared. */
  readonly isPart: boolean;
}

/** Rows that are older than so many intervals should have been sealed. */
const LATE_INTERVALS = 10;

/** Returns the report of a verification for a person. */
export function describeVerification(found: Verification, input: DescriptionInput): string {
  return [
    ...describeWhatWasRead(found, input),
    ...describeFindings(found),
    '',
    ...describeResult(found, input),
  ].join('\n');
}

function describeWhatWasRead(
  { seals, newest, rows, unsealed }: Verification,
  { publicKeys, sealSeconds }: DescriptionInput,
): string[] {
  const lines = publicKeys.map((key) => `public key  ${key}`);
  lines.push(
    newest === null
      ? 'seals       none'
      : `seals       ${seals}, the newest is ${newest.number} of ${newest.at}`,
  );
  for (const log of logNames) {
    const { rows: open, oldestSeconds } = unsealed[log];
    const age = oldestSeconds === null ? '' : `, the oldest for ${formatAge(oldestSeconds)}`;
    lines.push(`${log.padEnd(11)} ${rows[log]} rows compared, ${open} not sealed yet${age}`);
  }
  const isLate = logNames.some(
    (log) => (unsealed[log].oldestSeconds ?? 0) > LATE_INTERVALS * sealSeconds,
  );
  if (isLate) {
    lines.push(
      '',
      `WARNING: rows are sealed every ${sealSeconds} s, and these have waited far longer. What is not sealed`,
      'is not protected. Does a worker run, and does a transaction stay open? See its log.',
    );
  }
  return lines;
}

function describeFindings({ findings, counts }: Verification): string[] {
  const rows = findings.filter(isRowFinding);
  const others = findings.filter((finding) => !isRowFinding(finding));
  const lines = others.map(describeSealFinding);
  if (rows.length > 0) {
    const cells = rows.map((row) => [row.log, row.position, row.id, describeRowFinding(row)]);
    lines.push(formatTable(['log', 'position', 'id', 'what'], cells));
  }
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  if (total > findings.length) {
    lines.push(`and ${total - findings.length} more, which are not listed`);
  }
  return lines.length === 0 ? [] : ['', ...lines];
}

type RowFinding = Extract<Finding, { readonly position: number }>;
type OtherFinding = Exclude<Finding, RowFinding>;

function isRowFinding(finding: Finding): finding is RowFinding {
  return 'position' in finding;
}

function describeRowFinding(row: RowFinding): string {
  switch (row.kind) {
    case 'row_altered':
      return `altered (seal ${row.seal})`;
    case 'row_missing':
      return `missing (seal ${row.seal})`;
    case 'row_added':
      return 'added after it was sealed';
    case 'row_moved':
      return `moved from ${row.from}${row.altered ? ' and altered' : ''} (seal ${row.seal})`;
  }
}

function describeSealFinding(finding: OtherFinding): string {
  switch (finding.kind) {
    case 'rows_differ':
      return `seal ${finding.seal}: rows of ${finding.log} differ, and since its leaves were altered, those named may not be all`;
    case 'rows_unproven':
      return `${finding.log} ${finding.first} to ${finding.last}: ${finding.rows} rows for which no seal answers any more`;
    case 'seal_altered':
      return finding.fields.length === 0
        ? `seal ${finding.seal} was altered`
        : `seal ${finding.seal} was altered: ${finding.fields.join(', ')}`;
    case 'seal_missing':
      return finding.first === finding.last
        ? `seal ${finding.first} is missing`
        : `seals ${finding.first} to ${finding.last} are missing`;
    case 'seal_foreign':
      return `seal ${finding.seal} is not signed by a key of SEAL_KEY`;
    case 'seal_renumbered':
      return `seal ${finding.seal} was number ${finding.was}`;
    case 'seal_copied':
      return `seal ${finding.seal} was added: it is a copy of seal ${finding.of}`;
    case 'leaves_altered':
      return `seal ${finding.seal}: the leaves that are kept beside it were altered`;
    case 'chain_broken':
      return `seal ${finding.seal} does not follow the seal before it`;
    case 'cut_off':
      return `cut off: the anchor has seals up to ${finding.seal} of ${finding.at}, and the last one here is ${finding.end}`;
    case 'sealed_anew':
      return `sealed anew: the anchor has another seal ${finding.seal}, of ${finding.at}${
        finding.known ? '' : ', whose key is not in SEAL_KEY (is it the anchor of another shop?)'
      }`;
  }
}

const COUNTED: Readonly<Record<FindingKind, string>> = {
  row_altered: 'altered rows',
  row_missing: 'missing rows',
  row_added: 'added rows',
  row_moved: 'moved rows',
  rows_differ: 'seals whose rows differ',
  rows_unproven: 'ranges without a seal',
  seal_altered: 'altered seals',
  seal_missing: 'gaps in the seals',
  seal_foreign: 'foreign seals',
  seal_renumbered: 'renumbered seals',
  seal_copied: 'added seals',
  leaves_altered: 'seals with altered leaves',
  chain_broken: 'breaks of the chain',
  cut_off: 'cut off end',
  sealed_anew: 'sealed anew',
};

function describeResult(
  { whole, counts, anchor }: Verification,
  { isPart }: DescriptionInput,
): string[] {
  if (!whole) {
    const kinds = Object.entries(counts) as [FindingKind, number][];
    const sums = kinds.map(([kind, count]) => `${COUNTED[kind]}: ${count}`).join('; ');
    return [`ALTERED. ${sums}.`];
  }
  const what = isPart ? 'The chain of seals and the rows of this period are' : 'Everything is';
  const proven = anchor?.newest;
  if (proven !== undefined && proven !== null) {
    return [
      `${what} as it was sealed. By the anchor of ${anchor!.seals} seals, nothing was cut off or sealed anew up to seal`,
      `${proven.number} of ${proven.at}.`,
    ];
  }
  return [
    `${what} consistent in itself. Only an anchor shows whether the end was cut off, or everything was sealed anew:`,
    'keep seals elsewhere, and pass them with --anchor.',
  ];
}

function formatAge(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3_600)} h`;
}
