import { once } from 'node:events';
import { statfs } from 'node:fs/promises';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import type { Config } from '../../config/config.ts';
import { toListenError } from '../../faults/listen-fault.ts';
import { createFinding, type Finding } from './finding.ts';

const NODE_MAJOR_MIN = 24;
/** How long the server that has the port may take to respond. */
const ANSWER_TIMEOUT_MS = 3_000;
/** With less, PostgreSQL's log and temporary files can fill the disk within an evening. */
const FREE_BYTES_MIN = 1024 ** 3;

export function nodeFinding(): Finding {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= NODE_MAJOR_MIN) return createFinding('Node.js', 'ok', process.versions.node);
  const advice = `${process.versions.node}; Holdfast needs ${NODE_MAJOR_MIN} or later`;
  return createFinding('Node.js', 'wrong', advice);
}

export async function portFinding({ host, port, tls }: Config): Promise<Finding> {
  const what = `port ${port}`;
  const { promise, resolve } = Promise.withResolvers<NodeJS.ErrnoException | null>();
  const probe = createServer();
  probe.once('error', resolve);
  probe.listen({ host, port }, () => probe.close(() => resolve(null)));
  const error = await promise;
  if (error === null) return createFinding(what, 'ok', `free on ${host}`);
  // A Holdfast server that is already running is no fault.
  const isHoldfast =
    error.code === 'EADDRINUSE' && (await isAlive({ host, port, isHttps: tls !== null }));
  if (isHoldfast) return createFinding(what, 'ok', 'a Holdfast server is listening on it');
  const fault = toListenError(error, { host, port });
  return createFinding(what, 'wrong', fault instanceof Error ? fault.message : String(fault));
}

interface Place {
  readonly host: string;
  readonly port: number;
  readonly isHttps: boolean;
}

/** Returns whether a Holdfast server responds. Its certificate names it as its clients do, so it is not verified here. */
async function isAlive({ host, port, isHttps }: Place): Promise<boolean> {
  const { get } = isHttps ? https : http;
  const request = get({
    host,
    port,
    path: '/health/live',
    rejectUnauthorized: false,
    timeout: ANSWER_TIMEOUT_MS,
  });
  request.on('timeout', () => request.destroy(new Error('it did not respond')));
  try {
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return response.resume().statusCode === 200;
  } catch {
    return false;
  }
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
