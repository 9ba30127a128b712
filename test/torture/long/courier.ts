import { KeepAliveClient, type Reply } from '../../../bench/support/keep-alive-client.ts';
import { pause } from '../../../src/shared/pause.ts';
import { isAmbiguous } from '../history.ts';
import type { Result } from './history.ts';
import type { Tally } from './tally.ts';

export interface Call {
  /** The operation, as it is counted. */
  readonly kind: string;
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly body: Record<string, unknown>;
}

export interface Settled {
  readonly result: Result;
  /** The complete answer; null if there was none. */
  readonly answer: Answer | null;
}

export interface CourierOptions {
  /** The servers' addresses; any of them may be unavailable. */
  readonly urls: () => readonly string[];
  readonly random: () => number;
  readonly tally: Tally;
}

const TIMEOUT_MS = 4_000;
const TRIES_MAX = 6;
const WAIT_MS = 60;
/** How long a server that did not answer is avoided, as a proxy in front of several would do. */
const AVOIDED_MS = 1_500;

/** Sends one client's requests to any of the servers, over connections that it keeps. One request at a time. */
export class Courier {
  readonly #options: CourierOptions;
  readonly #connections = new Map<string, KeepAliveClient>();
  readonly #avoidedUntil = new Map<string, number>();

  constructor(options: CourierOptions) {
    this.#options = options;
  }

  /** Sends a request once. Returns null if no complete answer arrived. */
  async send({ method, path, body, headers }: Call, url = this.#pickUrl()): Promise<Answer | null> {
    const startedAt = performance.now();
    const reply = await this.#exchange(url, (client) =>
      client.send(method, path, body === undefined ? undefined : JSON.stringify(body), headers),
    );
    if (reply === null) return null;
    if (reply.status < 300) this.#options.tally.took(performance.now() - startedAt);
    return { status: reply.status, text: reply.body, body: parse(reply.body) };
  }

  /**
   * Repeats a request with its key until its result is known, and counts it. A refusal after a try without an answer
   * proves nothing: that try may still be going on in a server that is paused.
   */
  async settle(call: Call): Promise<Settled> {
    let lost = 0;
    for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
      const answer = await this.send(call);
      if (answer !== null && answer.status < 300) return this.#count(call, 'ok', answer);
      if (answer !== null && !isAmbiguous(answer.status, answer.body)) {
        return this.#count(call, lost === 0 ? 'refused' : 'unknown', answer);
      }
      lost += 1;
      await pause(WAIT_MS * tries);
    }
    return this.#count(call, 'unknown', null);
  }

  close(): void {
    for (const connection of this.#connections.values()) connection.close();
    this.#connections.clear();
  }

  #count({ kind }: Call, result: Result, answer: Answer | null): Settled {
    this.#options.tally.count(kind, result);
    return { result, answer };
  }

  #pickUrl(): string {
    const urls = this.#options.urls();
    const now = performance.now();
    const usable = urls.filter((url) => (this.#avoidedUntil.get(url) ?? 0) < now);
    const candidates = usable.length === 0 ? urls : usable;
    return candidates[Math.floor(this.#options.random() * candidates.length)]!;
  }

  async #exchange(
    url: string,
    work: (client: KeepAliveClient) => Promise<Reply>,
  ): Promise<Reply | null> {
    let client = this.#connections.get(url);
    if (client === undefined || client.isClosed) {
      client = new KeepAliveClient(url, {});
      this.#connections.set(url, client);
    }
    const current = client;
    const timer = setTimeout(() => current.close(), TIMEOUT_MS);
    try {
      return await work(current);
    } catch {
      current.close();
      this.#avoidedUntil.set(url, performance.now() + AVOIDED_MS);
      return null;
    } finally {
      clearTimeout(timer);
    }
  }
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}
