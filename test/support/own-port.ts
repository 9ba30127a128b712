import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/**
 * Below the ports that systems assign (from 32768 on Linux), so that no program gets one of these by chance, and above
 * the last one that browsers refuse. Source: Fetch Standard, "bad port" (10080).
 */
const FIRST = 10_100;
const PORTS_OF_A_PROCESS = 40;
const PROCESSES = 500;

let asked = 0;
let range: Promise<number> | undefined;

/**
 * Returns a port for a program that cannot choose one itself. Test files run concurrently in separate processes, and
 * each process has its own range of ports, so the port is still free when the program starts.
 */
export async function ownPort(): Promise<number> {
  range ??= takeRange();
  const first = await range;
  for (let tries = 1; tries < PORTS_OF_A_PROCESS; tries += 1) {
    const port = first + 1 + (asked++ % (PORTS_OF_A_PROCESS - 1));
    const server = await listen(port);
    if (server === null) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
  throw new Error(`none of the ports from ${first} is free`);
}

/** Returns the first port of a range, which this process keeps: it tells the others that the range is taken. */
async function takeRange(): Promise<number> {
  for (let tries = 0; tries < PROCESSES; tries += 1) {
    const first = FIRST + ((process.pid + tries) % PROCESSES) * PORTS_OF_A_PROCESS;
    const server = await listen(first);
    if (server === null) continue;
    server.unref();
    return first;
  }
  throw new Error(`no range of ports from ${FIRST} is free`);
}

/** Returns null if another program has the port. */
async function listen(port: number): Promise<Server | null> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch {
    return null;
  }
  return server;
}
