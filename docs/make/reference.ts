import { describeApi } from '../../src/main/compose/describe-api.ts';
import { readConfig } from '../../src/main/config/read-config.ts';
import { apiPages } from './api.ts';
import { asvsPage } from './asvs.ts';
import { auditPage } from './audit.ts';
import { commandLinePage } from './command-line.ts';
import { configurationPage } from './configuration.ts';
import { errorsPage } from './errors.ts';
import { eventsPage } from './events.ts';
import { licencesPage } from './licences.ts';
import type { Page } from './markdown.ts';
import { metricsPage } from './metrics.ts';
import type { Document } from './openapi.ts';

/** Builds every page below `docs/reference/` from the code. */
export async function referencePages(): Promise<Page[]> {
  // The defaults, so that the pages do not depend on this machine's environment.
  const document = JSON.parse(await describeApi(readConfig({}))) as Document;
  return [
    ...apiPages(document),
    await configurationPage(),
    errorsPage(),
    eventsPage(),
    auditPage(),
    asvsPage(),
    commandLinePage(),
    await metricsPage(),
    licencesPage(),
  ];
}
