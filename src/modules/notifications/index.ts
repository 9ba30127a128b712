/**
 * Notifications: mail to customers on what happens to their orders and money, and the mail of a password reset. Owns
 * `mail_messages`; hears of orders by the log.
 */
export { resetMailJob } from './mail-job.ts';
export { planNotifications } from './plan-notifications.ts';
export { findMail, type MailRow, purgeMail } from './queries.ts';
export { createSendMail, type SendMailDependencies } from './send-mail.ts';
