/**
 * Random texts published in documentation, without their prefix: people copy them. Sources: Standard Webhooks, the
 * specification and its libraries; RFC 7515, appendix A.1; Stripe, API reference and guides.
 */
export const publishedSecrets: ReadonlySet<string> = new Set([
  'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow',
  '4eC39HqLyjWDarjtT1zdp7dc',
  'BQokikJOvBiI2HlWgH4olfQ2',
  'tR3PYbcVNZZ796tH88S4VQ2u',
]);
