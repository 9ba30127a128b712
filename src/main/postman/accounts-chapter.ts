import type { Chapter } from './step.ts';

const RESET_MAIL =
  "(body?.data ?? []).find((mail) => mail.kind === 'password.reset' && mail.to === pm.collectionVariables.get('customerEmail'))";

export const accountsChapter: Chapter = {
  tag: 'Accounts',
  steps: [
    {
      operation: 'signUp',
      note: 'Creates a new customer on each run.',
      before: [
        'const run = Date.now().toString(36);',
        "pm.collectionVariables.set('run', run);",
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the script contains the template literal.
        "pm.collectionVariables.set('customerEmail', `customer-${run}@example.com`);",
        "pm.collectionVariables.set('customerPassword', 'a long pass phrase');",
      ],
      body: { email: '{{customerEmail}}', password: '{{customerPassword}}', name: 'Ada Lovelace' },
      status: 201,
      variablesToSet: {
        customerId: 'user.id',
        customerToken: 'accessToken',
        refreshToken: 'refreshToken',
      },
    },
    {
      operation: 'register',
      body: { email: 'second-{{run}}@example.com', password: '{{customerPassword}}' },
      status: 201,
      variablesToSet: { secondToken: 'accessToken' },
    },
    { operation: 'logOut', as: 'second customer', status: 204 },
    {
      operation: 'refreshTokens',
      body: { refreshToken: '{{refreshToken}}' },
      status: 200,
      variablesToSet: { customerToken: 'accessToken', refreshToken: 'refreshToken' },
    },
    { operation: 'getProfile', as: 'customer', status: 200 },
    {
      operation: 'logIn',
      name: 'Sign in on a phone',
      body: { email: '{{customerEmail}}', password: '{{customerPassword}}' },
      status: 200,
    },
    {
      operation: 'listSessions',
      as: 'customer',
      status: 200,
      variablesToSet: { sessionId: 'data.0.id' },
    },
    { operation: 'endSession', as: 'customer', path: { id: '{{sessionId}}' }, status: 204 },
    { operation: 'endOtherSessions', as: 'customer', status: 204 },
    { operation: 'updateProfile', as: 'customer', body: { name: 'Ada King' }, status: 200 },
    {
      operation: 'changePassword',
      as: 'customer',
      body: { currentPassword: '{{customerPassword}}', newPassword: 'another long pass phrase' },
      status: 204,
    },
    { operation: 'forgotPassword', body: { email: '{{customerEmail}}' }, status: 202 },
    {
      operation: 'logIn',
      name: 'Sign in as an admin',
      note: 'Set `adminEmail` and `adminPassword` first: the first start of a server prints them.',
      body: { email: '{{adminEmail}}', password: '{{adminPassword}}' },
      status: 200,
      variablesToSet: { adminToken: 'accessToken' },
      after: [
        '// Without an admin, nearly all later requests would be refused.',
        'if (pm.response.code !== 200) pm.execution.setNextRequest(null);',
      ],
    },
    {
      operation: 'stepUp',
      note: 'Needed again when the last proof is ten minutes old. With a second factor, send `totp` or `recoveryCode`.',
      as: 'admin',
      body: { password: '{{adminPassword}}' },
      status: 200,
      variablesToSet: { adminToken: 'accessToken' },
    },
    {
      operation: 'listMail',
      name: 'Wait for the mail with the link',
      note: 'The reset mail is readable here only with the mail driver `capture`, which is the default.',
      as: 'admin',
      query: { limit: '100' },
      status: 200,
      until: RESET_MAIL,
      after: [
        `const [, token] = /reset#token=([A-Za-z0-9_-]+)/.exec(${RESET_MAIL}?.text ?? '') ?? [];`,
        "pm.collectionVariables.set('resetToken', token ?? 'none');",
      ],
    },
    {
      operation: 'resetPassword',
      body: { token: '{{resetToken}}', newPassword: 'a third long pass phrase' },
      status: 204,
      after: ["pm.collectionVariables.set('customerPassword', 'a third long pass phrase');"],
    },
    {
      operation: 'logIn',
      name: 'Sign in with the new password',
      body: { email: '{{customerEmail}}', password: '{{customerPassword}}' },
      status: 200,
      variablesToSet: { customerToken: 'accessToken', refreshToken: 'refreshToken' },
    },
  ],
};
