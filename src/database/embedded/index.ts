/** A PostgreSQL server that comes along with Holdfast. */
export { type Binaries, binariesIn } from './binaries.ts';
export {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from './embedded-postgres.ts';
export { AlreadyOwnedError } from './ownership.ts';
