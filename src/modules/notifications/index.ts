/**
 * Notifications: mail to customers about their orders and money, and the mail of a password reset. Owns
 * `mail_messages`, `mail_settings` and `mail_texts`; learns of orders from the log.
 */
export { createNotifications } from './create-notifications.ts';
export { notificationsDeclaration } from './declaration.ts';
export { listMails, type SentMail } from './list-mails.ts';
export { resetMailJob } from './mail-job.ts';
