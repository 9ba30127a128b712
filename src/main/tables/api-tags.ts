/** The chapters of the API reference, in the order in which a newcomer meets them. */
export const tags: readonly { readonly name: string; readonly description: string }[] = [
  { name: 'Accounts', description: 'Signing up and in, profiles and passwords.' },
  { name: 'Catalogue', description: 'Products and their prices.' },
  { name: 'Cart', description: 'What a customer means to order, and checkout.' },
  { name: 'Orders', description: 'Placing orders and moving them through their life.' },
  { name: 'Payments', description: 'Paying an order, giving money back, and what providers tell.' },
  { name: 'Stock', description: 'Corrections of stock and the ledger behind it.' },
  { name: 'Users', description: 'Roles and access of people, for admins.' },
  { name: 'API keys', description: 'Access for machines, for admins.' },
  { name: 'Webhooks', description: 'Telling the shop’s own systems what happened, for admins.' },
  { name: 'Operating', description: 'Health, proof and mail.' },
];
