import type { Chapter, Step } from './step.ts';

/** Returns the expression of the customer's newest mail of a kind, in the reply of `listMail`. */
function findMail(kind: string): string {
  return `(body?.data ?? []).find((mail) => mail.kind === '${kind}' && mail.to === pm.collectionVariables.get('customerEmail'))`;
}

/** Waits for a mail of a kind, and keeps the token of its link in a variable. */
function waitForLink(name: string, kind: string, variable: string): Step {
  return {
    operation: 'listMail',
    name,
    note: 'The links are readable here only with the mail driver `capture`, which is the default, and not in production.',
    as: 'admin',
    query: { limit: '100' },
    status: 200,
    until: findMail(kind),
    after: [
      `const [, token] = /#token=([A-Za-z0-9_-]+)/.exec(${findMail(kind)}?.text ?? '') ?? [];`,
      `pm.collectionVariables.set('${variable}', token ?? 'none');`,
    ],
  };
}

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
    { operation: 'requestVerification', as: 'customer', status: 202 },
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
    waitForLink('Wait for the mail that confirms the address', 'email.verify', 'verifyToken'),
    { operation: 'verifyEmail', body: { token: '{{verifyToken}}' }, status: 204 },
    waitForLink('Wait for the mail with the link', 'password.reset', 'resetToken'),
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
    {
      operation: 'updateProfile',
      name: 'Ask for another e-mail address',
      as: 'customer',
      body: { email: 'other-{{run}}@example.com' },
      status: 200,
    },
    waitForLink(
      'Wait for the mail to the address until now',
      'account.email_change_requested',
      'undoToken',
    ),
    { operation: 'undoEmailChange', body: { token: '{{undoToken}}' }, status: 204 },
    {
      operation: 'logIn',
      name: 'Sign in again',
      body: { email: '{{customerEmail}}', password: '{{customerPassword}}' },
      status: 200,
      variablesToSet: { customerToken: 'accessToken', refreshToken: 'refreshToken' },
    },
  ],
};
