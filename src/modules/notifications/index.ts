/**
 * Notifications: mail to customers about their orders and money, and about their accounts. Owns
 * `mail_messages`, `mail_settings` and `mail_texts`; learns of orders from the log.
 */
export { createNotifications } from './create-notifications.ts';
export { notificationsDeclaration } from './declaration.ts';
export { listMails, type SentMail } from './list-mails.ts';
export { accountMailJob, MAIL_QUEUE } from './mail-job.ts';
export { isOrderMailKind } from './mail-kind.ts';
