/** The PostgreSQL server that is included with Holdfast. */
export { binariesIn, packagedBinaries } from './binaries.ts';
export {
  findSecret,
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
export { type EmbeddedUrls, findRunning } from './find-running.ts';
export { AlreadyOwnedError } from './ownership.ts';
export { RUNTIME_PASSWORD_FILE, RUNTIME_ROLE } from './roles.ts';
