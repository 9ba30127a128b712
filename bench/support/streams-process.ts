import http from 'node:http';

export interface StreamsJob {
  readonly streams: readonly { readonly url: string; readonly token: string }[];
}

/** Sent when all streams are open, and then for each request of a report. */
export type StreamsReport =
  | { readonly kind: 'open' }
  | {
      readonly kind: 'received';
      /** From the time of an event, which is the start of its transaction, until it arrived here. */
      readonly delaysMs: readonly number[];
      readonly broken: number;
    };

/** The server and this process use the same clock, so the difference is a delay. */
const AT = /"at":"([^"]+)"/g;
const OPEN_AT_ONCE = 50;

const delaysMs: number[] = [];
let broken = 0;

process.on('message', (message: StreamsJob | 'report') => {
  if (message === 'report') report({ kind: 'received', delaysMs, broken });
  else void openAll(message).then(() => report({ kind: 'open' }));
});
process.once('disconnect', () => process.exit());

function report(text: StreamsReport): void {
  process.send?.(text);
}

async function openAll({ streams }: StreamsJob): Promise<void> {
  const agent = new http.Agent({ maxSockets: Number.POSITIVE_INFINITY });
  const left = streams.values();
  const openNext = async () => {
    for (const { url, token } of left) await open(agent, url, token);
  };
  await Promise.all(Array.from({ length: OPEN_AT_ONCE }, openNext));
}

/** Opens a stream. Resolves when its first bytes arrive. */
function open(agent: http.Agent, url: string, token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' };
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent, headers }, (reply) => {
      if (reply.statusCode !== 200) reject(new Error(`a stream was refused: ${reply.statusCode}`));
      let partial = '';
      reply.setEncoding('utf8').on('data', (text: string) => {
        const now = Date.now();
        const end = text.lastIndexOf('\n\n');
        const whole = end === -1 ? '' : partial + text.slice(0, end);
        partial = end === -1 ? partial + text : text.slice(end);
        for (const [, at] of whole.matchAll(AT)) delaysMs.push(now - Date.parse(at!));
        resolve();
      });
      reply.once('close', () => {
        broken += 1;
      });
    });
    request.once('error', reject);
  });
}
