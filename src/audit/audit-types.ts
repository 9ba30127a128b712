/**
 * What the audit records: everything that changes something lasting and belongs to no order. Each type is its subject
 * and a verb in the past.
 */
export const auditTypes = {
  'user.created':
    'An account was created: by signing up, by an operator, by an import or at the start.',
  'user.changed': 'A name, role, VIP status or the access of a user changed.',
  'user.password_changed':
    'A user changed their password, or set a new one with the link of a mail.',
  'user.email_changed':
    'The address of an account was replaced by one that was confirmed, or its former one was given back.',
  'user.email_verified':
    'A user proved that the address of their account is theirs, with the link of a mail.',
  'user.factor_added': 'A user added a second factor: an authenticator app or a passkey.',
  'user.factor_changed': 'A user renamed a second factor.',
  'user.factor_removed': 'A user removed a second factor.',
  'user.factors_reset':
    'An admin or an operator removed all second factors of a user, who had lost them.',
  'user.recovery_codes_created': 'A user got new recovery codes; the old ones are void.',
  'user.recovery_code_used':
    'A user proved who they are with a recovery code in place of a second factor; it is void now.',
  'user.sessions_ended':
    'An admin ended one or all sessions of a user, or those of everyone; or a user ended all of theirs with the link that undoes a change of address, which somebody else has now.',
  'user.personal_data_read':
    'Everything that is kept of a person was given out: to themself, or to an admin.',
  'user.erasure_requested': 'A person asked for their data to be erased.',
  'user.erasure_withdrawn': 'A person no longer wants their data to be erased.',
  'user.erased': 'A person was erased: what told who they are is gone, their orders stay.',
  'api_key.created': 'An API key was created.',
  'api_key.changed': 'An API key got another holder.',
  'api_key.revoked': 'An API key was revoked, or ended with the access of its holder.',
  'product.created': 'A product was added.',
  'product.changed': 'A product changed.',
  'modifier_group.created': 'A modifier group was added.',
  'modifier_group.changed': 'A modifier group or its modifiers changed.',
  'modifier_group.deleted': 'A modifier group was deleted.',
  'tax_rate.created': 'A tax rate was added.',
  'tax_rate.changed': 'A tax rate changed.',
  'tax_rate.deleted': 'A tax rate was deleted.',
  'charge.created': 'A charge was added.',
  'charge.changed': 'A charge changed.',
  'charge.deleted': 'A charge was deleted.',
  'discount.created': 'A discount was added.',
  'discount.changed': 'A discount changed.',
  'discount.deleted': 'A discount was deleted.',
  'shop.changed': 'A setting of the shop changed.',
  'webhook_endpoint.created': 'A webhook endpoint was added.',
  'webhook_endpoint.changed': 'A webhook endpoint changed.',
  'webhook_endpoint.deleted': 'A webhook endpoint was deleted.',
  'webhook_endpoint.secret_rotated': 'A webhook endpoint got a new signing secret.',
  'webhook_endpoint.replayed': 'Past events were sent to a webhook endpoint again.',
  'webhook_delivery.redelivered': 'One delivery was sent again.',
  'dead_letter.redriven': 'A dead letter was redriven.',
  'encryption_key.forgotten':
    'An operator gave up what was encrypted under a key of ENCRYPTION_KEY that was lost.',
  'database.backed_up':
    'An operator wrote everything that is kept, with all personal data, into a file.',
  'database.restored': 'An operator restored a backup. What had happened after it is gone.',
  'mails.read': 'A page of mails was read, or the text of one mail.',
} as const;

export type AuditType = keyof typeof auditTypes;
/** What a row is about, such as `user`. */
export type SubjectType = AuditType extends infer Type
  ? Type extends `${infer Subject}.${string}`
    ? Subject
    : never
  : never;

export const subjectTypes: readonly SubjectType[] = [
  ...new Set(Object.keys(auditTypes).map((type) => type.slice(0, type.indexOf('.')))),
] as SubjectType[];
