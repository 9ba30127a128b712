import { fork } from 'node:child_process';
import { once } from 'node:events';

/** Runs `work` with the address of a bare Fastify in another process. */
export async function withBareFastify<T>(work: (url: string) => Promise<T>): Promise<T> {
  const child = fork(new URL('./bare-fastify-process.ts', import.meta.url), { stdio: 'inherit' });
  try {
    const [url] = (await once(child, 'message')) as [string];
    return await work(url);
  } finally {
    child.kill();
  }
}
