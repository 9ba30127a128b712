/** A PostgreSQL server that comes along with Holdfast. */
export { type Binaries, binariesIn, packagedBinaries } from './binaries.ts';
export { hasCluster, inDataFolder, keepSecret, requireReadable } from './data-folder.ts';
export {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from './embedded-postgres.ts';
export { EmbeddedServerError } from './embedded-server-error.ts';
export { AlreadyOwnedError } from './ownership.ts';
