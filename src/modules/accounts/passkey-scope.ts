/** Where the passkeys of this shop can be used. */
export interface PasskeyScope {
  /** The domain that passkeys belong to: the host of the origins, or a domain above it. */
  readonly rpId: string;
  readonly origins: readonly string[];
}
