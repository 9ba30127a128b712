const CODE =
  /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|CRL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_|INVALID_CA|EPROTO$|ETLS)/;

/**
 * Returns whether the code of an error means that a connection could not be secured, for example because the certificate
 * has expired. Source: Node.js documentation, "X509 certificate error codes" and "OpenSSL error codes".
 */
export function isTlsErrorCode(code: string): boolean {
  return CODE.test(code);
}
