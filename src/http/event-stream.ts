import { Readable } from 'node:stream';

/** What waits for a slow reader beyond this is a sign that he does not read at all. */
const WAITING_MAX_BYTES = 1024 * 1024;
const BUFFER_BYTES = 64 * 1024;

/** Text on its way to one reader, who may be slower than what is told. */
export interface EventStream {
  readonly body: Readable;
  /**
   * Resolves when there is room for more, or nobody reads any more. Who writes on without waiting for it, to a reader
   * that takes nothing, ends the stream: he comes back and goes on from where he was.
   */
  write(text: string): Promise<void>;
  /** Ends it after what was written; at once when the reader does not take that. */
  end(): void;
}

export function createEventStream(): EventStream {
  let isEnded = false;
  let waiting: (() => void)[] = [];
  const wake = () => {
    const woken = waiting;
    waiting = [];
    for (const resolve of woken) resolve();
  };
  const body = new Readable({
    highWaterMark: BUFFER_BYTES,
    read: wake,
    destroy(error, done) {
      wake();
      done(error);
    },
  });

  return {
    body,
    async write(text) {
      if (isEnded || body.destroyed) return;
      if (body.readableLength > WAITING_MAX_BYTES) body.destroy();
      else if (!body.push(text)) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    end() {
      isEnded = true;
      // What nobody has begun to read is still on its way into the reply, which must not fail.
      if (body.readableDidRead && body.readableLength > 0) body.destroy();
      else body.push(null);
    },
  };
}
