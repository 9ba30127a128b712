import { describeApi } from '../../src/main/compose/describe-api.ts';
import { readConfig } from '../../src/main/config/read-config.ts';
import { apiPages } from './api.ts';
import { commandLinePage } from './command-line.ts';
import { configurationPage } from './configuration.ts';
import { errorsPage } from './errors.ts';
import { eventsPage } from './events.ts';
import type { Page } from './markdown.ts';
import { metricsPage } from './metrics.ts';
import type { Document } from './openapi.ts';

/** Every page below `docs/reference/`, as the code would have it. */
export async function referencePages(): Promise<Page[]> {
  // The defaults, so that it says the same whatever stands in this machine's environment.
  const document = JSON.parse(await describeApi(readConfig({}))) as Document;
  return [
    ...apiPages(document),
    await configurationPage(),
    errorsPage(),
    eventsPage(),
    commandLinePage(),
    await metricsPage(),
  ];
}
