import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** Returns `wanted` if that port is free on the loopback address, otherwise any free port. */
export async function freePort(wanted: number | null): Promise<number> {
  return (wanted !== null && (await tryPort(wanted))) || ((await tryPort(0)) as number);
}

async function tryPort(port: number): Promise<number | null> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  } catch {
    return null;
  } finally {
    server.close();
  }
}
