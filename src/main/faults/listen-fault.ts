/** An error with the reason why the server cannot listen on HOST and PORT, and what to do. */
export class CannotListenError extends Error {
  override name = 'CannotListenError';
}

const PORT_ORDINARY_MIN = 1_024;

/** Translates the operating system's error into a `CannotListenError`, if its code is known. */
export function toListenError(
  error: unknown,
  { host, port }: { readonly host: string; readonly port: number },
): unknown {
  const { code } = error as NodeJS.ErrnoException;
  const describe = (sentence: string) => new CannotListenError(sentence, { cause: error });
  switch (code) {
    case 'EADDRINUSE':
      return describe(
        `Port ${port} of ${host} is in use by another program. Stop that program, or set PORT.`,
      );
    case 'EACCES':
    case 'EPERM':
      return describe(
        port < PORT_ORDINARY_MIN
          ? `Port ${port} is below ${PORT_ORDINARY_MIN}, where this user may not listen. Set PORT to a higher port, and let a proxy listen on this one.`
          : `The operating system does not allow this user to listen on port ${port} of ${host}. Set another PORT or HOST.`,
      );
    case 'EADDRNOTAVAIL':
    case 'EINVAL':
      return describe(
        `HOST is ${host}, which is not an address of this machine. Set HOST to one of its addresses, or to 0.0.0.0 for all.`,
      );
    case 'EAFNOSUPPORT':
      return describe(
        `HOST is ${host}, but this machine has no network of that kind (IPv4 or IPv6). Set HOST to another address.`,
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return describe(
        `HOST is ${host}, which does not resolve to an address (${code}). Set HOST to an address of this machine, or to 0.0.0.0 for all.`,
      );
    default:
      return error;
  }
}
