const DAY_MS = 24 * 60 * 60_000;

/** Returns a day (`2026-12-01`) and the days after it. */
export function listDays(first: string, daysAfter: number): readonly string[] {
  return Array.from({ length: daysAfter + 1 }, (_, days) =>
    new Date(Date.parse(first) + days * DAY_MS).toISOString().slice(0, 10),
  );
}
