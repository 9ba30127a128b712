import type { Database } from '../../../src/database/database.ts';
import { createCaptureMailer } from '../../../src/drivers/mail/capture/capture-mailer.ts';
import {
  type Mail,
  MailRefusedError,
  type SendingMailer,
} from '../../../src/drivers/mail/mailer.ts';
import { findEventsOfOrders } from '../../../src/events/index.ts';
import type { NewJob, RunningJob } from '../../../src/jobs/index.ts';
import type { AccountMail, OpenedAccountMail } from '../../../src/modules/accounts/index.ts';
import {
  ACCOUNT_MAIL_JOB,
  accountMailJob,
  orderMailJob,
} from '../../../src/modules/notifications/mail-job.ts';
import { createMailSending } from '../../../src/modules/notifications/mail-sending.ts';
import {
  createAccountMailSender,
  createSendAccountMail,
} from '../../../src/modules/notifications/send-account-mail.ts';
import { createSendMail } from '../../../src/modules/notifications/send-mail.ts';
import { whichMail } from '../../../src/modules/notifications/which-mail.ts';
import type { UserCaller } from '../../../src/shared/caller.ts';
import { newId } from '../../../src/shared/ids.ts';
import { buildPlacementContext, createTestOrders } from '../../support/orders.ts';
import { addProduct, addUser, testCause } from '../../support/shop.ts';

/** A mail server that accepts every mail unless the test decides otherwise. */
export interface MailServer extends SendingMailer {
  /** In order of acceptance. */
  readonly accepted: Mail[];
  /** Runs before a mail is accepted. Throws what the driver would. */
  beforeSend: (mail: Mail) => Promise<void>;
}

function createMailServer(): MailServer {
  const accepted: Mail[] = [];
  return {
    kind: 'smtp',
    concurrencyMax: 100,
    messageIdDomain: 'shop.example',
    accepted,
    beforeSend: async () => {},
    async send(mail) {
      await this.beforeSend(mail);
      accepted.push(mail);
    },
    async close() {},
  };
}

export function refuse({ to }: Mail): never {
  throw new MailRefusedError(`550 ${to}`);
}

/** A customer and their order, whose events have these mails: placed, confirmed, ready, …. */
export interface MailedOrder {
  readonly customer: UserCaller;
  readonly email: string;
  readonly orderId: string;
}

export interface MailFixtureOptions {
  readonly shopName?: string;
  /** True: mail is captured, and `server` receives none. */
  readonly captures?: boolean;
  readonly production?: boolean;
  readonly openAccountMail?: (mail: AccountMail) => Promise<OpenedAccountMail | null>;
}

/** Creates the mail sender and jobs as a worker has just claimed them, without the worker. */
export async function createMailFixture(
  database: Database,
  {
    shopName = 'Shop',
    captures = false,
    production = false,
    openAccountMail = async ({ id }) => ({
      userId: id,
      recipient: `${id}@example.com`,
      isStaff: false,
      token: 'token',
      notice: null,
    }),
  }: MailFixtureOptions = {},
) {
  const server = createMailServer();
  const product = await addProduct(database, { onHand: 1_000 });
  const free = await addProduct(database, { onHand: 1_000, priceMinor: 0 });
  const orders = createTestOrders(database);
  const sending = createMailSending({
    database,
    mailer: captures ? createCaptureMailer() : server,
    shopName,
    publicUrl: `https://shop.example/${encodeURIComponent(shopName)}`,
  });
  const retries = { attemptsMax: 8, retryBaseSeconds: 5 };
  const consoleUrl = 'https://console.example';
  const accountMail = { production, consoleUrl, openAccountMail, ...retries };
  const sendAccountMail = createAccountMailSender(accountMail, sending);
  const orderMails = createSendMail(
    { database, signOrderToken: (orderId) => `token-${orderId}`, ...retries },
    sending,
    sendAccountMail,
  );
  const accountMails = createSendAccountMail(accountMail, sendAccountMail);
  const run = (job: RunningJob) =>
    (job.name === ACCOUNT_MAIL_JOB ? accountMails : orderMails).run(job);

  async function place({ sku }: { readonly sku: string }): Promise<MailedOrder> {
    const customer = await addUser(database);
    const order = await orders.placeOrder(buildPlacementContext(customer), {
      items: [{ sku, quantity: 2 }],
    });
    return { customer, email: `${customer.id}@example.com`, orderId: order.id };
  }

  /** Lists the jobs of all mails of an order, as the relay writes them, in the order of its events. */
  async function listJobs({ orderId }: Pick<MailedOrder, 'orderId'>): Promise<NewJob[]> {
    const events = await findEventsOfOrders(database, [orderId]);
    return events.flatMap((event) => {
      const kind = whichMail(event);
      return kind === null ? [] : [orderMailJob(event, kind)];
    });
  }

  async function write(job: NewJob, leaseToken: string | null): Promise<void> {
    await database.run(
      'test.write_job',
      `insert into jobs (id, name, queue, data, event_id, state, lease_token, leased_until)
       select $1::uuid, $2::text, 'mail', $3::jsonb, $4::uuid,
              case when $5::uuid is null then 'waiting' else 'running' end, $5::uuid,
              case when $5::uuid is null then null else now() + interval '1 hour' end`,
      [job.id, job.name, JSON.stringify(job.data), job.eventId, leaseToken],
    );
  }

  /** Writes jobs and returns them as claimed together. */
  async function claim(jobs: readonly NewJob[]): Promise<RunningJob[]> {
    const leaseToken = newId();
    for (const job of jobs) await write(job, leaseToken);
    return jobs.map(({ id, name, data, eventId }) => ({
      id,
      name,
      data,
      eventId,
      attempt: 1,
      isLastAttempt: false,
      signal: new AbortController().signal,
      cause: testCause,
      leaseToken,
      finish: () => Promise.reject(new Error('this job must be finished in a batch')),
    }));
  }

  return {
    server,
    orders,
    run,
    place: () => place(product),
    placeFree: () => place(free),
    listJobs,
    /** Writes a job that waits for a worker. */
    addWaiting: (job: NewJob) => write(job, null),
    claim,
    accountJob: (kind: AccountMail['kind']) => accountMailJob({ kind, id: newId() }),
    /** Makes the database refuse the record of a mail. */
    async refuseRecord(owner: Database, { id }: { readonly id: string }): Promise<void> {
      await owner.run(
        'test.refuse_record',
        `alter table mail_messages add constraint mail_messages_refused_check check (id <> '${id}')`,
        [],
      );
    },
    /** Gives a job to another worker. */
    async takeOver({ id }: { readonly id: string }): Promise<void> {
      await database.run('test.take_over', 'update jobs set lease_token = $2::uuid where id = $1', [
        id,
        newId(),
      ]);
    },
    /** Returns the states of these jobs, null for finished ones, and the recipients of the mails that are recorded. */
    async outcome(jobs: readonly { readonly id: string }[]) {
      const ids = jobs.map(({ id }) => id);
      const rows = await database.run<{ state: string | null; recipient: string | null }>(
        'test.outcome',
        `select state, recipient
           from unnest($1::uuid[]) with ordinality as wanted (id, place)
           left join jobs using (id)
           left join mail_messages using (id)
          order by place`,
        [ids],
      );
      return {
        states: rows.map(({ state }) => state),
        recorded: rows.map(({ recipient }) => recipient),
      };
    },
  };
}
