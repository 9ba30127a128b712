import { sandboxOperations } from '../../drivers/payments/sandbox/index.ts';
import type { Access, AccessTable } from '../../http/index.ts';
import type { Role, Scope } from '../../shared/caller.ts';

const everyRole: readonly Role[] = ['customer', 'kitchen', 'admin'];

const signedIn: Access = { roles: everyRole };
const customers: Access = { roles: ['customer'] };
const admins: Access = { roles: ['admin'] };

function rolesOrScope(roles: readonly Role[], ...scopes: Scope[]): Access {
  return { roles, scopes };
}

/** Pages and machines: what every process serves, and all that one with `ROLE=worker` does. */
export const probeAccess: AccessTable = {
  getOpenApiDocument: 'anyone',
  getProblemPage: 'anyone',
  getIcon: 'anyone',
  getDocs: 'anyone',
  getHealth: 'anyone',
  getLiveness: 'anyone',
  getReadiness: 'anyone',
  getMetrics: 'metrics',
};

/** The sandbox's addresses, where it is on: a customer acts on its page without a sign-in, the shop shows a key. */
export const sandboxAccess: AccessTable = Object.fromEntries(
  sandboxOperations.map((operation): [string, Access] => [operation, 'anyone']),
);

export const queueBoardOperation = 'viewQueueBoard';

/** Bull Board's, where jobs go through BullMQ: people, and no keys. */
export const boardAccess: AccessTable = { [queueBoardOperation]: { roles: ['admin'] } };

/**
 * Who may call what: the one table of access rules, by operation id. Roles stand for signed-in users, scopes for API
 * keys. Ownership ("your own orders only") is asked by the use cases: what is not yours does not exist.
 */
export const accessTable: AccessTable = {
  ...probeAccess,

  // Pages
  getConsole: 'anyone',
  getShop: 'anyone',
  getPostmanCollection: 'anyone',

  // Accounts
  signUp: 'anyone',
  register: 'anyone',
  logIn: 'anyone',
  refreshTokens: 'anyone',
  logOut: signedIn,
  getProfile: signedIn,
  updateProfile: signedIn,
  changePassword: signedIn,
  forgotPassword: 'anyone',
  resetPassword: 'anyone',
  listUsers: admins,
  updateUser: admins,
  createApiKey: admins,
  listApiKeys: admins,
  revokeApiKey: admins,

  // Catalogue and stock
  listProducts: 'anyone',
  getProduct: 'anyone',
  createProduct: rolesOrScope(['admin'], 'catalog:write'),
  updateProduct: rolesOrScope(['admin'], 'catalog:write'),
  adjustStock: rolesOrScope(['admin'], 'catalog:write'),
  listStockAdjustments: rolesOrScope(['admin'], 'catalog:write'),

  // Cart
  getCart: customers,
  setCartItem: customers,
  removeCartItem: customers,
  clearCart: customers,
  checkOut: customers,

  // Orders
  quoteOrder: 'anyone',
  placeOrder: rolesOrScope(['customer', 'admin'], 'orders:write'),
  listOrders: rolesOrScope(everyRole, 'orders:read'),
  getOrder: rolesOrScope(everyRole, 'orders:read'),
  getOrderHistory: rolesOrScope(everyRole, 'orders:read'),
  streamOrder: rolesOrScope(everyRole, 'orders:read'),
  streamEvents: rolesOrScope(['kitchen', 'admin'], 'orders:read'),
  changeOrderStatus: rolesOrScope(['kitchen', 'admin'], 'orders:status'),
  cancelOrder: rolesOrScope(['customer', 'admin'], 'orders:write'),

  // Payments
  initiatePayment: rolesOrScope(['customer'], 'orders:write'),
  getPayment: rolesOrScope(everyRole, 'payments:read'),
  listOrderPayments: rolesOrScope(everyRole, 'payments:read'),
  listPayments: rolesOrScope(['kitchen', 'admin'], 'payments:read'),
  refundPayment: rolesOrScope(['admin'], 'payments:refund'),
  receivePaymentWebhook: 'anyone',
  receiveProviderWebhook: 'anyone',

  // Webhooks
  createWebhookEndpoint: admins,
  listWebhookEndpoints: admins,
  getWebhookEndpoint: admins,
  updateWebhookEndpoint: admins,
  deleteWebhookEndpoint: admins,
  rotateWebhookSecret: admins,
  testWebhookEndpoint: admins,
  listWebhookDeliveries: admins,
  redeliverWebhook: admins,
  replayWebhooks: admins,

  // Operating
  checkInvariants: rolesOrScope(['admin'], 'operations:read'),
  getActivity: rolesOrScope(['admin'], 'operations:read'),
  listQueues: rolesOrScope(['admin'], 'operations:read'),
  listDeadLetters: rolesOrScope(['admin'], 'operations:read'),
  redriveDeadLetter: admins,
  listMail: rolesOrScope(['admin'], 'operations:read'),
};
