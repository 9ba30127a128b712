import { after } from 'node:test';
import { startFauxqs } from 'fauxqs';
import type { OnEnd } from './on-end.ts';

/** An SQS look-alike of the test's own, in this process, ended after the file. */
export interface SqsServer {
  readonly region: string;
  readonly endpoint: string;
  /** Its URL. */
  createQueue(name: string): string;
  /** Puts a message there as anybody could. */
  sendMessage(name: string, body: string): void;
  /** What waits, is delayed and is hidden, as bodies. */
  bodies(name: string): { ready: string[]; delayed: string[]; inflight: string[] };
}

/** Anything does for the look-alike, but AWS's own chain must find something. */
process.env.AWS_ACCESS_KEY_ID ??= 'test';
process.env.AWS_SECRET_ACCESS_KEY ??= 'test';

export async function startSqs(onEnd: OnEnd = after): Promise<SqsServer> {
  const region = 'eu-west-2';
  const server = await startFauxqs({ port: 0, logger: false, defaultRegion: region });
  onEnd(() => server.stop());
  const endpoint = `http://127.0.0.1:${server.port}`;
  return {
    region,
    endpoint,
    createQueue: (name) => server.createQueue(name).queueUrl.replace(/^https?:\/\/[^/]+/, endpoint),
    sendMessage: (name, body) => void server.sendMessage(name, body),
    bodies(name) {
      const { ready, delayed, inflight } = server.inspectQueue(name)!.messages;
      const getBody = (message: { body: string }) => message.body;
      return {
        ready: ready.map(getBody),
        delayed: delayed.map(getBody),
        inflight: inflight.map(({ message }) => getBody(message)),
      };
    },
  };
}
