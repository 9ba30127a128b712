import type { ProviderEvent } from '../payment-provider.ts';
import { insertCharge, insertRefund, settleRefund } from './charge-queries.ts';
import type { SandboxContext } from './context.ts';
import { findSession, setSessionStatus } from './queries.ts';
import { newReference } from './sandbox-event.ts';

/**
 * Records an event that was validly signed but not created here, as if the sandbox had reported it, so that
 * reconciliation finds it. The same event again, or another event of the same charge, changes nothing.
 */
export async function acceptEvent(
  { database }: SandboxContext,
  event: ProviderEvent,
): Promise<void> {
  await database.transaction(async (tx) => {
    if (event.kind === 'captured') {
      const { providerReference, amountMinor, currency } = event.capture;
      const [session] = await findSession(tx, event.paymentId);
      const reference = session?.reference ?? null;
      await insertCharge(tx, providerReference, reference, event.paymentId, amountMinor, currency);
      if (reference !== null) await setSessionStatus(tx, reference, 'PAID');
    } else if (event.kind === 'failed' || event.kind === 'expired') {
      const [session] = await findSession(tx, event.paymentId);
      if (session?.status !== 'OPEN') return;
      const status = event.kind === 'failed' ? 'FAILED' : 'EXPIRED';
      await setSessionStatus(tx, session.reference, status);
    } else if (event.kind === 'refund' && event.refundId !== null) {
      const { refundId, paymentId, amountMinor, currency, state } = event;
      const charge = event.providerReference ?? '';
      const id = newReference('sbr');
      const made = await insertRefund(
        tx,
        id,
        refundId,
        paymentId,
        charge,
        amountMinor,
        currency,
        state,
        null,
        null,
      );
      if (made.length === 0) await settleRefund(tx, refundId, state);
    }
  });
}
