/** Backups of everything that Holdfast keeps, and their restore into an empty database. */
export {
  BackupError,
  type BackupManifest,
  type NeededKeys,
} from './format.ts';
export { endRestore, loadBackup, requireEmpty } from './load-backup.ts';
export { type BackupContent, readBackup } from './read-backup.ts';
export { writeBackup } from './write-backup.ts';
