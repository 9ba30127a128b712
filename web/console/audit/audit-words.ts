import type { AuditRow, SubjectType } from './audit-row.ts';

/** What happened, in plain words, by the type of the row. */
export const auditWords: Readonly<Record<string, string>> = {
  'user.created': 'Account created',
  'user.changed': 'Account changed',
  'user.password_changed': 'Password changed',
  'user.email_changed': 'E-mail address changed',
  'user.email_verified': 'E-mail address verified',
  'user.factor_added': 'Second factor added',
  'user.factor_changed': 'Second factor renamed',
  'user.factor_removed': 'Second factor removed',
  'user.factors_reset': 'All second factors reset',
  'user.recovery_codes_created': 'New recovery codes created',
  'user.recovery_code_used': 'Recovery code used',
  'user.sessions_ended': 'Sessions ended',
  'user.personal_data_read': 'Personal data exported',
  'user.erasure_requested': 'Asked to be erased',
  'user.erasure_withdrawn': 'Request to be erased withdrawn',
  'user.erased': 'Person erased',
  'api_key.created': 'API key created',
  'api_key.changed': 'API key given to somebody else',
  'api_key.revoked': 'API key revoked',
  'product.created': 'Product added',
  'product.changed': 'Product changed',
  'modifier_group.created': 'Modifier group added',
  'modifier_group.changed': 'Modifier group changed',
  'modifier_group.deleted': 'Modifier group deleted',
  'tax_rate.created': 'Tax rate added',
  'tax_rate.changed': 'Tax rate changed',
  'tax_rate.deleted': 'Tax rate deleted',
  'charge.created': 'Charge added',
  'charge.changed': 'Charge changed',
  'charge.deleted': 'Charge deleted',
  'discount.created': 'Discount added',
  'discount.changed': 'Discount changed',
  'discount.deleted': 'Discount deleted',
  'shop.changed': 'Shop settings changed',
  'webhook_endpoint.created': 'Webhook endpoint added',
  'webhook_endpoint.changed': 'Webhook endpoint changed',
  'webhook_endpoint.deleted': 'Webhook endpoint deleted',
  'webhook_endpoint.secret_rotated': 'Webhook secret replaced',
  'webhook_endpoint.replayed': 'Past events sent again',
  'webhook_delivery.redelivered': 'Delivery sent again',
  'dead_letter.redriven': 'Dead letter sent again',
  'encryption_key.forgotten': 'Lost encryption key given up',
  'database.backed_up': 'Backup made',
  'database.restored': 'Backup restored',
  'mails.read': 'Mails read',
};

/** The kinds of subjects, several of them. */
export const subjectWords: Readonly<Record<SubjectType, string>> = {
  user: 'Users',
  api_key: 'API keys',
  product: 'Products',
  modifier_group: 'Modifier groups',
  tax_rate: 'Tax rates',
  charge: 'Charges',
  discount: 'Discounts',
  shop: 'Shop',
  webhook_endpoint: 'Webhook endpoints',
  webhook_delivery: 'Webhook deliveries',
  dead_letter: 'Dead letters',
  encryption_key: 'Encryption keys',
  database: 'Database',
  mails: 'Mails',
};

/** What a change of one field means, by the type of the row, the field and its new value. */
const fieldWords: Readonly<Record<string, string>> = {
  'user.changed role': 'Role changed',
  'user.changed name': 'Name changed',
  'user.changed email': 'E-mail address changed',
  'user.changed vip true': 'Made a VIP',
  'user.changed vip false': 'No longer a VIP',
  'user.changed disabled true': 'Access taken away',
  'user.changed disabled false': 'Access given back',
  'product.changed name': 'Name changed',
  'product.changed description': 'Description changed',
  'product.changed price': 'Price changed',
  'product.changed active true': 'Put on the menu',
  'product.changed active false': 'Taken off the menu',
  'charge.changed active true': 'Charge switched on',
  'charge.changed active false': 'Charge switched off',
  'tax_rate.changed active true': 'Tax rate switched on',
  'tax_rate.changed active false': 'Tax rate switched off',
  'discount.changed active true': 'Discount switched on',
  'discount.changed active false': 'Discount switched off',
  'webhook_endpoint.changed active true': 'Webhook endpoint switched on',
  'webhook_endpoint.changed active false': 'Webhook endpoint switched off',
  'shop.changed acceptingOrders true': 'Shop resumed',
  'shop.changed acceptingOrders false': 'Shop paused',
};

/** What comes with the change of another field: the end of a pause, and sessions that end. */
const consequences: ReadonlySet<string> = new Set(['pausedUntil', 'sessionsEnded']);

/** Returns what happened, in the words of the one field that changed if it has some. */
export function describeAudit({ type, after }: Pick<AuditRow, 'type' | 'after'>): string {
  const fields = Object.keys(after ?? {}).filter((field) => !consequences.has(field));
  const [field] = fields;
  const word =
    fields.length === 1
      ? (fieldWords[`${type} ${field} ${after![field!]}`] ?? fieldWords[`${type} ${field}`])
      : undefined;
  return word ?? auditWords[type] ?? type.replaceAll(/[._]/g, ' ');
}
