import { join } from 'node:path';
import { createConnections } from '../connections.ts';
import { readFileIfExists } from './create-file-once.ts';
import { findPostmaster } from './postmaster.ts';
import {
  buildOwnerUrl,
  buildRuntimeUrl,
  canSignIn,
  loadRuntimePassword,
  writeRuntimeRole,
} from './roles.ts';

export interface EmbeddedUrls {
  /** For the product. */
  readonly url: string;
  /** For migrations. */
  readonly ownerUrl: string;
}

/**
 * Returns the URLs of the embedded server that runs on this data folder; null if none does. The server may have been
 * started by an earlier version, which did not create the runtime role.
 */
export async function findRunning(dataDir: string): Promise<EmbeddedUrls | null> {
  const postmaster = await findPostmaster(join(dataDir, 'postgres'));
  const password = await readFileIfExists(join(dataDir, 'postgres-password'));
  if (postmaster === null || postmaster.port === null || password === null) return null;
  const { port } = postmaster;
  const runtimePassword = await loadRuntimePassword(dataDir);
  const url = buildRuntimeUrl(runtimePassword, port);
  const ownerUrl = buildOwnerUrl(password, port);
  if (!(await canSignIn(url))) await writeRole(ownerUrl, runtimePassword);
  return { url, ownerUrl };
}

async function writeRole(ownerUrl: string, runtimePassword: string): Promise<void> {
  const owner = await createConnections({
    url: ownerUrl,
    statementTimeoutMs: 0,
    applicationName: 'holdfast role',
  }).connect();
  try {
    await writeRuntimeRole(owner, runtimePassword);
  } finally {
    await owner.end().catch(() => {});
  }
}
