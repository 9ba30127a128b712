import type { App } from '../../http/index.ts';
import { registerApiKeyRoutes } from './api-key-routes.ts';
import { registerPasswordRoutes } from './password-routes.ts';
import { registerSessionRoutes } from './session-routes.ts';
import type { Accounts } from './use-cases.ts';
import { registerUserRoutes } from './user-routes.ts';

export function registerAccountsRoutes(app: App, accounts: Accounts): void {
  registerSessionRoutes(app, accounts);
  registerPasswordRoutes(app, accounts);
  registerUserRoutes(app, accounts);
  registerApiKeyRoutes(app, accounts);
}
