import type { Database } from '../../database/database.ts';
import type { Cursors } from '../../shared/pagination.ts';
import type { Accounts } from '../accounts/index.ts';
import type { Module } from '../module.ts';
import type { PersonalDataPart } from '../personal-data.ts';
import { erasurePersonalData } from './collect-erasure.ts';
import { eraseAgain } from './erase-again.ts';
import { erasePerson } from './erase-person.ts';
import { listEraseRequests, requestErasure, withdrawErasure } from './erase-requests.ts';
import { createOrderPurge } from './forget-orders.ts';
import { readPersonalData, requireReadable } from './read-personal-data.ts';
import { registerPrivacyRoutes } from './routes.ts';
import { auditPersonalData } from './shells/audit/part.ts';
import { eventsPersonalData } from './shells/events/part.ts';
import { jobsPersonalData } from './shells/jobs/part.ts';
import { repliesPersonalData } from './shells/replies/part.ts';
import { sweepErased } from './sweep-erased.ts';
import type { Privacy } from './use-cases.ts';

const SWEEP_EVERY_MS = 60_000;

interface HasPersonalData {
  readonly personalData: PersonalDataPart;
}

export interface PrivacyDependencies {
  /** How long what is personal of an order is kept after its end. 0: for ever. */
  readonly orderDataYears: number;
  readonly database: Database;
  readonly cursors: Cursors;
  readonly accounts: HasPersonalData & Pick<Accounts, 'lockPerson' | 'endKeysOf'>;
  readonly inventory: HasPersonalData;
  readonly orders: HasPersonalData;
  readonly carts: HasPersonalData;
  readonly payments: HasPersonalData;
  readonly notifications: HasPersonalData;
  readonly webhooks: HasPersonalData;
}

export function createPrivacy(given: PrivacyDependencies): Module<Privacy> {
  const { database, cursors, accounts, orderDataYears } = given;
  const modules = [
    given.accounts,
    given.orders,
    given.carts,
    given.payments,
    given.notifications,
    given.webhooks,
    given.inventory,
  ];
  const parts = [
    ...modules.map(({ personalData }) => personalData),
    eventsPersonalData,
    auditPersonalData,
    jobsPersonalData,
    repliesPersonalData,
  ];
  // Accounts come last: the others still find by them what is theirs, and other servers learn of sessions only after the commit.
  const erasing = [
    jobsPersonalData,
    ...parts.filter((part) => part !== jobsPersonalData && part !== accounts.personalData),
    accounts.personalData,
  ];
  // Replies go within a day by themselves, and to find those of an order means to read all.
  const forgetting = erasing.filter((part) => part !== repliesPersonalData);
  const privacy: Privacy = {
    readPersonalData: (context, id) =>
      readPersonalData(database, [...parts, erasurePersonalData], context, id),
    requireReadable: async (context, id) => void (await requireReadable(database, context, id)),
    erasePerson: (...call) => erasePerson({ database, accounts, parts: erasing }, ...call),
    requestErasure: (context, caller) => requestErasure(database, context, caller),
    withdrawErasure: (context, caller) => withdrawErasure(database, context, caller),
    listEraseRequests: (input) => listEraseRequests(database, cursors, input),
    eraseAgain: (...call) => eraseAgain({ database, accounts, parts: erasing }, ...call),
    sweepErased: () => sweepErased(database, erasing),
  };
  return {
    api: privacy,
    routes: (app) => registerPrivacyRoutes(app, privacy),
    schedules: [
      {
        name: 'privacy.sweep-erased',
        everyMs: SWEEP_EVERY_MS,
        async run(signal) {
          while (!signal.aborted && (await privacy.sweepErased()) > 0);
        },
      },
    ],
    purges: orderDataYears === 0 ? [] : [createOrderPurge(orderDataYears, forgetting)],
  };
}
