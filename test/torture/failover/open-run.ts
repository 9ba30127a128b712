import { mkdir } from 'node:fs/promises';
import type { UserCaller } from '../../../src/shared/caller.ts';
import type { EventReceiver } from '../../support/event-receiver.ts';
import {
  type Member,
  type PostgresPair,
  startPostgresPair,
} from '../../support/replication/pair.ts';
import { type PairedShop, startPairedShop } from '../../support/replication/paired-shop.ts';
import { createSession } from '../../support/session.ts';
import { addUser } from '../../support/shop.ts';
import { startSmtpServer, type TestSmtpServer } from '../../support/smtp-server.ts';
import { addEndpoint } from '../../support/webhooks.ts';
import type { Placing } from './history.ts';

/** What lasts over all rounds. */
export interface Run {
  readonly pair: PostgresPair;
  readonly shop: PairedShop;
  readonly customers: readonly UserCaller[];
  readonly admin: UserCaller;
  readonly smtp: TestSmtpServer;
  readonly receiver: EventReceiver;
  readonly history: Placing[];
  /** The events of all streams. */
  readonly told: Set<string>;
  /** What was found: it is reported once, although it stays wrong. */
  readonly found: Set<string>;
  /** Changes with each promotion. */
  primary: Member;
}

export interface RunOptions {
  readonly clients: number;
  /** Where the two servers keep their data while they run; null for the folder of temporary files. */
  readonly folder: string | null;
}

const SERVERS = 2;

/** Starts a pair, servers of the product on it, and receivers of what they tell. They end with the stack. */
export async function openRun(
  stack: AsyncDisposableStack,
  { clients, folder }: RunOptions,
): Promise<Run> {
  const onEnd = (end: () => unknown) => stack.defer(async () => void (await end()));
  if (folder !== null) await mkdir(folder, { recursive: true, mode: 0o711 });
  const pair = stack.adopt(await startPostgresPair(folder ?? undefined), (it) => it.stop());
  const smtp = await startSmtpServer({}, onEnd);
  const [one, two] = pair.members;
  await pair.makeSynchronous(one, two);
  const shop = stack.adopt(
    await startPairedShop({
      pair,
      primary: one,
      servers: SERVERS,
      environment: {
        LOG_LEVEL: 'warn',
        LOG_SEAL_SECONDS: '2',
        MAIL_DRIVER: 'smtp',
        MAIL_FROM: 'orders@shop.example',
        SMTP_URL: smtp.url,
        WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
        WEBHOOK_ATTEMPTS_MAX: '100',
        QUEUE_ATTEMPTS_MAX: '100',
      },
    }),
    (it) => it.stop(),
  );
  const database = shop.open(one);
  const admin = await addUser(database, { role: 'admin' });
  const { receiver } = await addEndpoint(signIn(shop, admin), ['*'], onEnd);
  const customers = await Promise.all(
    Array.from({ length: clients }, (_, index) => addUser(database, { vip: index % 4 === 0 })),
  );

  return {
    pair,
    shop,
    customers,
    admin,
    smtp,
    receiver,
    history: [],
    told: new Set(),
    found: new Set(),
    primary: one,
  };
}

function signIn({ servers, issueToken }: PairedShop, user: UserCaller) {
  return createSession(servers[0]!.url, {
    email: '',
    password: '',
    accessToken: issueToken(user),
    userId: user.id,
  });
}
