export { createStripeProvider, type StripeProviderOptions } from './stripe-provider.ts';
