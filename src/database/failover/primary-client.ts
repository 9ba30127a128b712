import pg from 'pg';
import type { DatabaseHost } from './host-list.ts';
import type { PrimaryWatch } from './primary-watch.ts';

/** A client that connects to the primary of the moment, which is found when it connects. */
export interface PrimaryClient extends pg.Client {
  /** The host that it connects to; null before. One that is set before stays. */
  target: DatabaseHost | null;
}

/** Returns a class of clients for `pg.Pool`, which creates and connects them without arguments of ours. */
export function createPrimaryClients(
  watch: PrimaryWatch,
): new (
  config?: pg.ClientConfig,
) => PrimaryClient {
  return class extends pg.Client implements PrimaryClient {
    target: DatabaseHost | null = null;

    override connect(): Promise<pg.Client>;
    override connect(callback: (error: Error) => void): void;
    override connect(callback?: (error: Error) => void): Promise<pg.Client> | undefined {
      const connected = this.#connectToPrimary();
      if (callback === undefined) return connected;
      connected.then(() => callback(null as unknown as Error), callback);
      return undefined;
    }

    async #connectToPrimary(): Promise<pg.Client> {
      this.target ??= await watch.findHost();
      const { host, port } = this.target;
      Object.assign(this, { host, port });
      try {
        return await super.connect();
      } catch (error) {
        watch.nudge();
        throw error;
      }
    }
  };
}
