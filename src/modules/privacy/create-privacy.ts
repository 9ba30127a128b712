import type { Database } from '../../database/database.ts';
import type { Module } from '../module.ts';
import type { PersonalDataPart } from '../personal-data.ts';
import { readPersonalData } from './read-personal-data.ts';
import { registerPrivacyRoutes } from './routes.ts';
import { auditPersonalData } from './shells/audit/part.ts';
import { eventsPersonalData } from './shells/events/part.ts';
import { jobsPersonalData } from './shells/jobs/part.ts';
import { repliesPersonalData } from './shells/replies/part.ts';
import type { Privacy } from './use-cases.ts';

interface HasPersonalData {
  readonly personalData: PersonalDataPart;
}

export interface PrivacyDependencies {
  readonly database: Database;
  readonly accounts: HasPersonalData;
  readonly inventory: HasPersonalData;
  readonly orders: HasPersonalData;
  readonly carts: HasPersonalData;
  readonly payments: HasPersonalData;
  readonly notifications: HasPersonalData;
  readonly webhooks: HasPersonalData;
}

export function createPrivacy(given: PrivacyDependencies): Module<Privacy> {
  const { database } = given;
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
  const privacy: Privacy = {
    readPersonalData: (context, id) => readPersonalData(database, parts, context, id),
  };
  return { api: privacy, routes: (app) => registerPrivacyRoutes(app, privacy) };
}
