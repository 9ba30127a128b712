import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import type { Config } from '../../config/config.ts';
import { toListenError } from '../../faults/listen-fault.ts';
import { createFinding, type Finding } from './finding.ts';

const NODE_MAJOR_MIN = 24;
/** With less, PostgreSQL's log and temporary files can fill the disk within an evening. */
const FREE_BYTES_MIN = 1024 ** 3;

export function nodeFinding(): Finding {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= NODE_MAJOR_MIN) return createFinding('Node.js', 'ok', process.versions.node);
  const advice = `${process.versions.node}; Holdfast needs ${NODE_MAJOR_MIN} or later`;
  return createFinding('Node.js', 'wrong', advice);
}

export async function portFinding({ host, port }: Config): Promise<Finding> {
  const what = `port ${port}`;
  const { promise, resolve } = Promise.withResolvers<NodeJS.ErrnoException | null>();
  const probe = createServer();
  probe.once('error', resolve);
  probe.listen({ host, port }, () => probe.close(() => resolve(null)));
  const error = await promise;
  if (error === null) return createFinding(what, 'ok', `free on ${host}`);
  // A Holdfast server that is already running is no fault.
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}/health/live`;
  const response =
    error.code === 'EADDRINUSE' ? await fetch(url, { redirect: 'manual' }).catch(() => null) : null;
  if (response?.ok === true)
    return createFinding(what, 'ok', 'a Holdfast server is listening on it');
  const fault = toListenError(error, { host, port });
  return createFinding(what, 'wrong', fault instanceof Error ? fault.message : String(fault));
}

export async function diskFinding({ dataDir }: Config): Promise<Finding> {
  const { bavail, bsize } = await statfs(await findFirstExisting(dataDir));
  const freeBytes = bavail * bsize;
  const free = `${(freeBytes / 1024 ** 3).toFixed(1)} GiB free`;
  if (freeBytes >= FREE_BYTES_MIN) return createFinding('disk', 'ok', free);
  return createFinding('disk', 'wrong', `${free}; free some space before orders are refused`);
}

/** Finds the data folder, or the existing folder above it. */
async function findFirstExisting(folder: string): Promise<string> {
  const exists = await statfs(folder).then(
    () => true,
    () => false,
  );
  return exists || folder === dirname(folder) ? folder : findFirstExisting(dirname(folder));
}
