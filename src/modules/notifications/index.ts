/**
 * Notifications: mail to customers about their orders and money, and the mail of a password reset. Owns
 * `mail_messages`; learns of orders from the log.
 */
export { createNotifications } from './create-notifications.ts';
export { notificationsDeclaration } from './declaration.ts';
export { resetMailJob } from './mail-job.ts';
export { findMail, type MailRow } from './queries.ts';
