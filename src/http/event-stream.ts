import { Readable } from 'node:stream';

/** If more bytes than this wait for a slow reader, it does not read at all. */
const WAITING_MAX_BYTES = 1024 * 1024;
const BUFFER_BYTES = 64 * 1024;

/** The text of one stream, whose reader may be slower than the events. */
export interface EventStream {
  readonly body: Readable;
  /**
   * Writes to the reader. Resolves when the reader can accept more, or has gone. Writing on without waiting, to a
   * reader that accepts nothing, ends the stream; the reader reconnects and resumes from its position.
   */
  write(text: string): Promise<void>;
  /** Ends the stream after the text written so far, or at once if the reader does not accept it. */
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
      // An unread body is still being attached to the reply, which must not fail.
      if (body.readableDidRead && body.readableLength > 0) body.destroy();
      else body.push(null);
    },
  };
}
