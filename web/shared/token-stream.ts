import { pathOnServer } from './paths.ts';

interface StreamListener {
  onOpen(): void;
  onEvent(data: string): void;
  /** The stream has ended. `wasOpen`: the server had accepted it. */
  onEnd(wasOpen: boolean): void;
}

/**
 * Reads a stream with a bearer token once, which an `EventSource` cannot send. It starts after the event with
 * `lastEventId`, if there is one. Returns what has been read last, and how to stop.
 */
export function openTokenStream(
  url: string,
  token: string,
  lastEventId: string | null,
  listener: StreamListener,
): { lastEventId(): string | null; close(): void } {
  const abort = new AbortController();
  let last = lastEventId;
  const headers = {
    accept: 'text/event-stream',
    authorization: `Bearer ${token}`,
    ...(lastEventId === null ? {} : { 'last-event-id': lastEventId }),
  };
  const read = async () => {
    let isOpen = false;
    try {
      const init = {
        headers,
        credentials: 'omit',
        cache: 'no-store',
        signal: abort.signal,
      } as const;
      const response = await fetch(pathOnServer(url), init);
      if (response.ok && response.body !== null) {
        isOpen = true;
        listener.onOpen();
        for await (const { id, data } of parseEvents(readTexts(response.body))) {
          last = id ?? last;
          if (data !== '') listener.onEvent(data);
        }
      }
    } catch {
      // A lost connection ends the stream like its end.
    }
    if (!abort.signal.aborted) listener.onEnd(isOpen);
  };
  void read();
  return { lastEventId: () => last, close: () => abort.abort() };
}

/** Not every browser can iterate over a stream. */
async function* readTexts(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield decoder.decode(value, { stream: true });
  }
}

interface ServerEvent {
  readonly id: string | null;
  readonly data: string;
}

/** Parses Server-Sent Events. Source: HTML Standard, 9.2.6. */
export async function* parseEvents(texts: AsyncIterable<string>): AsyncGenerator<ServerEvent> {
  let rest = '';
  let id: string | null = null;
  let data: string[] = [];
  for await (const text of texts) {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    for (const ended of lines) {
      const line = ended.replace(/\r$/, '');
      if (line === '') {
        if (id !== null || data.length > 0) yield { id, data: data.join('\n') };
        id = null;
        data = [];
        continue;
      }
      const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/.exec(line)!;
      if (field === 'id') id = value;
      else if (field === 'data') data.push(value);
    }
  }
}
