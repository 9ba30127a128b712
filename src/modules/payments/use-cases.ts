import type { Once } from '../../database/idempotency.ts';
import type { RequestContext } from '../../http/index.ts';
import type { Caller } from '../../shared/caller.ts';
import type { Page } from '../../shared/pagination.ts';
import type { PersonalDataPart } from '../personal-data.ts';
import type { ReceivedWebhook } from './inbox/receive-webhook.ts';
import type { InitiatedPayment } from './page/initiate-payment.ts';
import type {
  ListedPaymentView,
  ListOrderPaymentsInput,
  ListPaymentsInput,
  PaymentView,
  RefundInput,
  RefundView,
} from './schemas.ts';
import type { ReconcileReport } from './settling/reconcile-payments.ts';

/** The use cases of the module, bound to their dependencies. */
export interface Payments {
  readonly personalData: PersonalDataPart;
  initiatePayment(context: RequestContext, orderId: string): Promise<Once<InitiatedPayment>>;
  refundPayment(
    context: RequestContext,
    paymentId: string,
    input: RefundInput,
  ): Promise<Once<RefundView>>;
  receiveWebhook(webhook: ReceivedWebhook): Promise<void>;
  getPayment(caller: Caller, paymentId: string): Promise<PaymentView>;
  listPayments(input: ListPaymentsInput): Promise<Page<ListedPaymentView>>;
  listOrderPayments(
    caller: Caller,
    orderId: string,
    input: ListOrderPaymentsInput,
  ): Promise<Page<ListedPaymentView>>;
  reconcilePayments(options: { readonly since: Date }): Promise<ReconcileReport>;
  /** Applies every due event of the inbox and returns their number. The background does the same continuously. */
  applyDueEvents(): Promise<number>;
  /** Settles one batch of due money. Returns whether more may be due. The background does the same continuously. */
  settleMoney(): Promise<boolean>;
}
