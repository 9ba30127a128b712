import type { Duties } from '../../modules/module.ts';
import type { Config } from '../config/config.ts';

/** Returns the configuration values that modules need, under the names of their dependencies. */
export function moduleSettings(config: Config) {
  const { publicUrl, currency, shopName, production, retryBaseSeconds } = config;
  const { accessTokenMinutes, sessionLimits, cancellationsPerDayMax, guests } = config;
  const { allowPrivateTargets } = config.webhooks;
  const duties: Duties = { serves: config.role !== 'worker', works: config.role !== 'api' };
  return {
    publicUrl,
    consoleUrl: config.consoleUrl ?? publicUrl,
    currency,
    pricesIncludeTax: config.pricesIncludeTax,
    shopName,
    production,
    duties,
    accessTokenMinutes,
    sessionLimits,
    passkeys: config.passkeys,
    factorRequiredOf: config.factorRequiredOf,
    stepUpRefundMinor: config.stepUpRefundMinor,
    expiryMinutes: config.orderExpiryMinutes,
    pendingMax: config.pendingOrdersMax,
    heldUnitsMax: config.heldUnitsMax,
    heldValueMaxMinor: config.heldValueMaxMinor,
    cancellationsPerDayMax,
    orderDataYears: config.orderDataYears,
    guestCheckout: guests.mayOrder,
    guestExpiryMinutes: guests.orderExpiryMinutes,
    guestPendingPerAddressMax: guests.pendingPerAddressMax,
    retryBaseSeconds,
    attemptsMax: config.queueAttemptsMax,
    deliveryAttemptsMax: config.webhooks.attemptsMax,
    allowPrivateTargets,
    showsAccountTexts: config.mail.kind === 'capture' && !production,
  };
}
