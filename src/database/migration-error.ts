/** The database does not match this program. The message tells the operator what to do. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

/** What to do if the user of the connection does not own the tables. */
export const LET_THE_OWNER =
  'Run "holdfast migrate" with the owner of the tables in DATABASE_MIGRATION_URL, which also grants the user of DATABASE_URL its privileges, or set DATABASE_MIGRATION_URL here.';
