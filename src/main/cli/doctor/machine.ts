import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import type { Config } from '../../config/config.ts';
import { toListenError } from '../../faults/listen-fault.ts';
import { type Finding, ok } from './finding.ts';

const NODE_MAJOR_MIN = 24;
/** Below it PostgreSQL's log and temporary files can fill the disk within an evening. */
const FREE_BYTES_MIN = 1024 ** 3;

export function nodeFinding(): Finding {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= NODE_MAJOR_MIN) return ok('Node.js', 'ok', process.versions.node);
  const advice = `${process.versions.node}; Holdfast needs ${NODE_MAJOR_MIN} or later`;
  return ok('Node.js', 'wrong', advice);
}

export async function portFinding({ host, port }: Config): Promise<Finding> {
  const what = `port ${port}`;
  const { promise, resolve } = Promise.withResolvers<NodeJS.ErrnoException | null>();
  const probe = createServer();
  probe.once('error', resolve);
  probe.listen({ host, port }, () => probe.close(() => resolve(null)));
  const error = await promise;
  if (error === null) return ok(what, 'ok', `free on ${host}`);
  // A server of ours that runs already is no fault.
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}/health/live`;
  const answer = error.code === 'EADDRINUSE' ? await fetch(url).catch(() => null) : null;
  if (answer?.ok === true) return ok(what, 'ok', 'a Holdfast server answers on it');
  const fault = toListenError(error, { host, port });
  return ok(what, 'wrong', fault instanceof Error ? fault.message : String(fault));
}

export async function diskFinding({ dataDir }: Config): Promise<Finding> {
  const { bavail, bsize } = await statfs(await findFirstExisting(dataDir));
  const freeBytes = bavail * bsize;
  const free = `${(freeBytes / 1024 ** 3).toFixed(1)} GiB free`;
  if (freeBytes >= FREE_BYTES_MIN) return ok('disk', 'ok', free);
  return ok('disk', 'wrong', `${free}; make room before orders are refused`);
}

/** The data folder, or the one above it in which it would be made. */
async function findFirstExisting(folder: string): Promise<string> {
  const isValidDate = await statfs(folder).then(
    () => true,
    () => false,
  );
  return isValidDate || folder === dirname(folder) ? folder : findFirstExisting(dirname(folder));
}
