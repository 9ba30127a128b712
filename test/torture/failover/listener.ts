import { once } from 'node:events';
import { pause } from '../../../src/shared/pause.ts';

const AGAIN_MS = 200;
const DATA = 'data: ';

/** Follows the stream of a server until the signal, and adds the id of each event that it tells to `told`. */
export async function listenTo(
  url: string,
  accessToken: string,
  told: Set<string>,
  signal: AbortSignal,
): Promise<void> {
  const stopped = once(signal, 'abort');
  while (!signal.aborted) {
    await Promise.race([readStream(url, accessToken, told, signal).catch(() => {}), stopped]);
    await pause(AGAIN_MS, { signal });
  }
}

async function readStream(
  url: string,
  accessToken: string,
  told: Set<string>,
  signal: AbortSignal,
): Promise<void> {
  const reply = await fetch(`${url}/api/stream`, {
    headers: { authorization: `Bearer ${accessToken}`, accept: 'text/event-stream' },
    signal,
  });
  if (!reply.ok || reply.body === null) return;
  let rest = '';
  for await (const text of reply.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    for (const line of lines)
      if (line.startsWith(DATA)) told.add(JSON.parse(line.slice(DATA.length)).id);
  }
}
