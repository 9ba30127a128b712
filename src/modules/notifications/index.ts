/**
 * Notifications: mail to customers on what happens to their orders and money, and the mail of a password reset. Owns
 * `mail_messages`; hears of orders by the log.
 */
export { createNotifications } from './create-notifications.ts';
export { notificationsDeclaration } from './declaration.ts';
export { resetMailJob } from './mail-job.ts';
export { findMail, type MailRow } from './queries.ts';
