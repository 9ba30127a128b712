import type { App } from '../../http/index.ts';
import { registerApiKeyRoutes } from './routes/api-key-routes.ts';
import { registerChallengeRoutes } from './routes/challenge-routes.ts';
import { registerEmailRoutes } from './routes/email-routes.ts';
import { registerFactorRoutes } from './routes/factor-routes.ts';
import { registerPasswordRoutes } from './routes/password-routes.ts';
import { registerSessionListRoutes } from './routes/session-list-routes.ts';
import { registerSessionRoutes } from './routes/session-routes.ts';
import { registerStepUpRoutes } from './routes/step-up-routes.ts';
import { registerUserRoutes } from './routes/user-routes.ts';
import type { Accounts } from './use-cases.ts';

export function registerAccountsRoutes(app: App, accounts: Accounts): void {
  registerSessionRoutes(app, accounts);
  registerChallengeRoutes(app, accounts);
  registerStepUpRoutes(app, accounts);
  registerFactorRoutes(app, accounts);
  registerSessionListRoutes(app, accounts);
  registerPasswordRoutes(app, accounts);
  registerEmailRoutes(app, accounts);
  registerUserRoutes(app, accounts);
  registerApiKeyRoutes(app, accounts);
}
