import { signAsSandbox } from './scripts.ts';
import type { Chapter } from './step.ts';

const amount = (minor: number) => ({ amount: minor, currency: '{{currency}}' });
const group = { id: '{{groupId}}' };
const line = { sku: '{{sku}}', quantity: 2 };

const catalogue: Chapter = {
  tag: 'Catalogue',
  steps: [
    {
      operation: 'createProduct',
      as: 'admin',
      body: { sku: 'RICE-{{run}}', name: 'Pilau Rice', price: amount(295), onHand: 100 },
      status: 201,
      variablesToSet: { productId: 'id', sku: 'sku' },
    },
    { operation: 'listProducts', query: { search: '{{sku}}' }, status: 200 },
    {
      operation: 'getProduct',
      path: { id: '{{productId}}' },
      status: 200,
      after: ["pm.collectionVariables.set('productTag', pm.response.headers.get('ETag'));"],
    },
    {
      operation: 'updateProduct',
      note: 'Applies only to the version that was read: a repeat is refused (412).',
      as: 'admin',
      path: { id: '{{productId}}' },
      headers: { 'If-Match': '{{productTag}}' },
      body: { price: amount(325) },
      status: 200,
    },
    {
      operation: 'createModifierGroup',
      as: 'admin',
      body: {
        name: 'Heat',
        min: 0,
        max: 1,
        modifiers: [
          { code: 'MILD-{{run}}', name: 'Mild', price: amount(0) },
          { code: 'HOT-{{run}}', name: 'Hot', price: amount(50) },
        ],
      },
      status: 201,
      variablesToSet: { groupId: 'id' },
    },
    { operation: 'listModifierGroups', as: 'admin', status: 200 },
    { operation: 'getModifierGroup', as: 'admin', path: group, status: 200 },
    {
      operation: 'updateModifierGroup',
      as: 'admin',
      path: group,
      body: { name: 'How hot?' },
      status: 200,
    },
    { operation: 'deleteModifierGroup', as: 'admin', path: group, status: 204 },
  ],
};

const cart: Chapter = {
  tag: 'Cart',
  steps: [
    {
      operation: 'setCartItem',
      as: 'customer',
      path: { sku: '{{sku}}' },
      body: { quantity: 3 },
      status: 200,
    },
    { operation: 'getCart', as: 'customer', status: 200 },
    {
      operation: 'addCartItem',
      as: 'customer',
      body: { sku: '{{sku}}', quantity: 1, note: 'well done' },
      status: 200,
      variablesToSet: { cartItemId: 'items.1.id' },
    },
    {
      operation: 'updateCartItem',
      note: 'Without its note the item is equal to the first one, and they become one.',
      as: 'customer',
      path: { sku: '{{cartItemId}}' },
      body: { note: null },
      status: 200,
    },
    {
      operation: 'updateCart',
      as: 'customer',
      body: { tip: amount(100), fulfilment: { type: 'PICKUP' } },
      status: 200,
    },
    { operation: 'removeCartItem', as: 'customer', path: { sku: '{{sku}}' }, status: 200 },
    { operation: 'clearCart', as: 'customer', status: 200 },
    {
      operation: 'setCartItem',
      name: 'Fill your cart again',
      as: 'customer',
      path: { sku: '{{sku}}' },
      body: { quantity: 2 },
      status: 200,
    },
    {
      operation: 'checkOut',
      as: 'customer',
      body: { expectedTotal: amount(650), note: 'no coriander' },
      status: 201,
      variablesToSet: { paidOrderId: 'id' },
    },
  ],
};

const sameOrder = { items: [line], clientToken: 'order-{{run}}' };

const orders: Chapter = {
  tag: 'Orders',
  steps: [
    {
      operation: 'quoteOrder',
      body: { items: [line] },
      status: 200,
      after: ["pm.test('the order would be placed', () => pm.expect(body.refusals).to.eql([]));"],
    },
    {
      operation: 'placeOrder',
      as: 'customer',
      body: sameOrder,
      status: 201,
      variablesToSet: { orderId: 'id' },
    },
    {
      operation: 'placeOrder',
      name: 'Place the same order again',
      note: 'Its `clientToken` was used before: the response is the first one again, and no second order is placed.',
      as: 'customer',
      body: sameOrder,
      status: 201,
      after: [
        "pm.test('it is the same order', () => {",
        "  pm.expect(body.id).to.equal(pm.collectionVariables.get('orderId'));",
        "  pm.expect(pm.response.headers.get('Idempotent-Replayed')).to.equal('true');",
        '});',
      ],
    },
    {
      operation: 'placeOrder',
      name: 'Place an order asynchronously',
      as: 'customer',
      headers: { Prefer: 'respond-async' },
      body: { items: [line] },
      status: 202,
      variablesToSet: { secondOrderId: 'id' },
    },
    { operation: 'listOrders', as: 'customer', query: { sku: '{{sku}}' }, status: 200 },
    {
      operation: 'changeFulfilment',
      as: 'customer',
      path: { id: '{{orderId}}' },
      body: { requestedFor: '{{wantedTime}}', instructions: 'Without a bag' },
      status: 200,
    },
    {
      operation: 'getOrder',
      as: 'customer',
      path: { id: '{{orderId}}' },
      status: 200,
      after: ["pm.collectionVariables.set('orderTag', pm.response.headers.get('ETag'));"],
    },
    {
      operation: 'changeOrderStatus',
      note: 'Paid at the counter, so confirmed by hand.',
      as: 'admin',
      path: { id: '{{orderId}}' },
      headers: { 'If-Match': '{{orderTag}}' },
      body: { status: 'CONFIRMED' },
      status: 200,
    },
    {
      operation: 'cancelOrder',
      as: 'customer',
      path: { id: '{{secondOrderId}}' },
      body: { reason: 'Ordered by mistake' },
      status: 200,
    },
    {
      operation: 'placeOrder',
      name: 'Place an order without an account',
      note: 'Refused (401) unless the server has GUEST_CHECKOUT.',
      body: {
        items: [line],
        guest: { email: 'guest-{{run}}@shop.example', name: 'Grace' },
        fulfilment: { type: 'PICKUP' },
      },
      status: [201, 401],
    },
    {
      operation: 'placeOrder',
      name: 'Place an order for a guest who calls',
      note: 'Staff may always do this. `orderToken` in the reply gives the guest access to the order.',
      as: 'admin',
      body: {
        items: [line],
        guest: { name: 'Ada', phone: '+44 20 7946 0018' },
        fulfilment: { type: 'PICKUP', requestedFor: '{{wantedTime}}' },
      },
      status: 201,
      variablesToSet: { guestOrderId: 'id', orderToken: 'orderToken' },
    },
    {
      operation: 'getOrder',
      name: 'Get the order with its token',
      as: 'guest',
      path: { id: '{{guestOrderId}}' },
      status: 200,
    },
    {
      operation: 'cancelOrder',
      name: 'Cancel the order with its token',
      as: 'guest',
      path: { id: '{{guestOrderId}}' },
      body: {},
      status: 200,
    },
    { operation: 'getOrderHistory', as: 'customer', path: { id: '{{orderId}}' }, status: 200 },
    {
      operation: 'streamOrder',
      note: 'Sent as HEAD, because the stream does not end: change it to GET to follow the stream.',
      method: 'HEAD',
      as: 'customer',
      path: { id: '{{orderId}}' },
      status: 200,
    },
    {
      operation: 'streamEvents',
      note: 'Sent as HEAD, because the stream does not end: change it to GET to follow the stream.',
      method: 'HEAD',
      as: 'admin',
      status: 200,
    },
  ],
};

/** A webhook, signed if the collection has the secret; otherwise it shows how a forged one is refused. */
const webhook = {
  body: {
    id: 'evt_{{$guid}}',
    type: 'payment.captured',
    createdAt: '{{$isoTimestamp}}',
    data: {
      paymentId: '{{paymentId}}',
      providerReference: '{{providerReference}}',
      amount: 650,
      currency: '{{currency}}',
    },
  },
  note: "Set `sandboxWebhookSecret` to the server's SANDBOX_WEBHOOK_SECRET to sign the request; unsigned it is refused (400). The charge is already known, so the event is recorded and changes nothing.",
  status: [200, 400],
  before: signAsSandbox,
  after: [
    "const signed = Boolean(pm.collectionVariables.get('sandboxWebhookSecret') || pm.environment.get('sandboxWebhookSecret'));",
    "pm.test('it is accepted if it is signed', () => pm.response.to.have.status(signed ? 200 : 400));",
  ],
};

const payments: Chapter = {
  tag: 'Payments',
  steps: [
    {
      operation: 'initiatePayment',
      as: 'customer',
      body: { orderId: '{{paidOrderId}}' },
      status: 201,
      variablesToSet: { paymentId: 'payment.id' },
      after: ["pm.collectionVariables.set('session', body.checkoutUrl.split('/').pop());"],
    },
    {
      operation: null,
      name: "Pay on the sandbox's page",
      note: 'Does what the button on the page behind `checkoutUrl` does.',
      method: 'POST',
      url: '/sandbox/sessions/{{session}}/actions',
      body: { action: 'pay' },
      status: 202,
    },
    {
      operation: 'getPayment',
      name: 'Wait until the payment is captured',
      as: 'customer',
      path: { id: '{{paymentId}}' },
      status: 200,
      until: "body?.status === 'CAPTURED'",
      variablesToSet: { providerReference: 'providerReference' },
    },
    {
      operation: 'listOrderPayments',
      as: 'customer',
      path: { id: '{{paidOrderId}}' },
      status: 200,
    },
    { operation: 'listPayments', as: 'admin', query: { status: 'CAPTURED' }, status: 200 },
    { operation: 'receivePaymentWebhook', ...webhook },
    { operation: 'receiveProviderWebhook', path: { provider: 'sandbox' }, ...webhook },
    {
      operation: 'refundPayment',
      as: 'admin',
      path: { id: '{{paymentId}}' },
      body: { amount: amount(325), reason: 'One was cold' },
      status: 201,
    },
  ],
};

const stock: Chapter = {
  tag: 'Stock',
  steps: [
    {
      operation: 'adjustStock',
      as: 'admin',
      path: { id: '{{productId}}' },
      body: { delta: 12, reason: 'Delivered this morning' },
      status: 201,
    },
    { operation: 'listStockAdjustments', as: 'admin', path: { id: '{{productId}}' }, status: 200 },
  ],
};

export const buyingChapters: readonly Chapter[] = [catalogue, cart, orders, payments, stock];
