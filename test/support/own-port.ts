import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the ports that systems assign (from 32768 on Linux), so that no program gets one of these by chance, and above
 * the last one that browsers refuse. Source: Fetch Standard, "bad port" (10080).
 */
const FIRST = 10_100;
const PORTS_OF_A_PROCESS = 40;
const PROCESSES = 500;

let asked = 0;

/**
 * Returns a port for a program that cannot choose one itself. Test files run concurrently in separate processes, and
 * each process has its own range of ports, so the port is still free when the program starts.
 */
export async function ownPort(): Promise<number> {
  const first = FIRST + (process.pid % PROCESSES) * PORTS_OF_A_PROCESS;
  for (let tries = 0; tries < PORTS_OF_A_PROCESS; tries += 1) {
    const port = first + (asked++ % PORTS_OF_A_PROCESS);
    if (await isFree(port)) return port;
  }
  throw new Error(`none of the ports from ${first} is free`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
