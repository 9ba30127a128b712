import { after } from 'node:test';
import { startFauxqs } from 'fauxqs';
import type { OnEnd } from './on-end.ts';

/** An SQS emulator in this process, ended after the file. */
export interface SqsServer {
  readonly region: string;
  readonly endpoint: string;
  /** Creates a queue and returns its URL. */
  createQueue(name: string): string;
  /** Sends a message as any other client could. */
  sendMessage(name: string, body: string): void;
  /** Returns the bodies of the ready, delayed and in-flight messages. */
  bodies(name: string): { ready: string[]; delayed: string[]; inflight: string[] };
}

/** The emulator accepts any credentials, but AWS's credential chain must find some. */
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
