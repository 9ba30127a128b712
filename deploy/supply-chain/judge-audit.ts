/** A published fault of a package. */
export interface Advisory {
  readonly id: string;
  readonly package: string;
  readonly severity: string;
  readonly title: string;
}

/**
 * In how many days a fault must be gone from what ships, by npm's name for its severity. SECURITY.md promises them.
 * Others count as critical.
 */
export const remediationDays: Readonly<Record<string, number>> = {
  critical: 3,
  high: 14,
  moderate: 60,
  low: 180,
};

/** A fault that may stay for a while, in `accepted-advisories.json`. Days are such as 2026-12-31. */
interface Acceptance {
  readonly reason: string;
  /** The day on which the fault was published. */
  readonly published: string;
  /** The last day. */
  readonly until: string;
}

/** By the id of the fault. */
export type Accepted = Readonly<Record<string, Acceptance>>;

export interface Verdict {
  /** Of packages that ship, and not accepted today. */
  readonly refused: readonly Advisory[];
  /** Of packages that ship, but for some days. */
  readonly accepted: readonly Advisory[];
  /** Of packages that only build and test. */
  readonly others: readonly Advisory[];
}

/** The report of `npm audit --json`. */
interface Report {
  readonly auditReportVersion: 2;
  readonly vulnerabilities: Readonly<Record<string, { readonly via: readonly (string | Via)[] }>>;
}

interface Via {
  readonly name: string;
  readonly title: string;
  readonly url: string;
  readonly severity: string;
}

/** Reads the report of `npm audit --json`. Returns null if the registry gave none. */
export function readAdvisories(text: string): Advisory[] | null {
  let report: Partial<Report> | null;
  try {
    report = JSON.parse(text) as Partial<Report> | null;
  } catch {
    return null;
  }
  if (report?.auditReportVersion !== 2 || report.vulnerabilities === undefined) return null;
  const found = Object.values(report.vulnerabilities)
    .flatMap(({ via }) => via)
    // A name refers to another entry.
    .filter((via) => typeof via !== 'string')
    .map(({ name, title, url, severity }) => ({
      id: url.slice(url.lastIndexOf('/') + 1),
      package: name,
      severity,
      title,
    }));
  const known = new Map(found.map((advisory) => [`${advisory.id} ${advisory.package}`, advisory]));
  return [...known.values()];
}

/** Sorts faults by what they mean for a release. `today` is a day such as 2026-11-29. */
export function judgeAudit(
  advisories: readonly Advisory[],
  {
    shipped,
    accepted,
    today,
  }: { readonly shipped: ReadonlySet<string>; readonly accepted: Accepted; readonly today: string },
): Verdict {
  const ships = advisories.filter((advisory) => shipped.has(advisory.package));
  const isAccepted = (advisory: Advisory) => {
    const acceptance = accepted[advisory.id];
    return acceptance !== undefined && today <= findLastDay(acceptance, advisory);
  };
  return {
    refused: ships.filter((advisory) => !isAccepted(advisory)),
    accepted: ships.filter(isAccepted),
    others: advisories.filter((advisory) => !shipped.has(advisory.package)),
  };
}

/** Nothing is accepted for longer than it may take to remedy it. */
function findLastDay({ published, until }: Acceptance, { severity }: Advisory): string {
  const day = new Date(published);
  day.setUTCDate(day.getUTCDate() + (remediationDays[severity] ?? remediationDays.critical!));
  const end = day.toISOString().slice(0, 10);
  return until < end ? until : end;
}
