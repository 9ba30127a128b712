import { type ChildProcess, fork } from 'node:child_process';
import type { LoadJob, LoadResult } from './load-job.ts';

export async function runAutocannon(job: LoadJob): Promise<LoadResult> {
  const child = fork(new URL('./autocannon-process.ts', import.meta.url), { stdio: 'inherit' });
  try {
    child.send(job);
    return await receiveResult(child);
  } finally {
    child.kill();
  }
}

function receiveResult(child: ChildProcess): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(message as LoadResult));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the load process exited with code ${code}`)));
  });
}
