/** The PostgreSQL server that is included with Holdfast. */
export { binariesIn, packagedBinaries } from './binaries.ts';
export {
  hasCluster,
  loadOrCreateSecret,
  requireReadable,
  withDataFolderErrors,
} from './data-folder.ts';
export {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from './embedded-postgres.ts';
export { EmbeddedServerError } from './embedded-server-error.ts';
export { AlreadyOwnedError } from './ownership.ts';
