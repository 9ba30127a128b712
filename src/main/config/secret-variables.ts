/** Secrets, and addresses with a password. Variables with such a name are covered as soon as they exist. */
const SECRET = /SECRET|PASSWORD|_TOKEN$|_KEY$|^DATABASE_(.+_)?URLS?$|^(REDIS|SMTP)_URL$/;

/** What is PEM has several lines. */
const PEM = /^TLS_(CERTIFICATE|KEY)$/;

/** Returns whether a variable may contain a secret. */
export function isSecretVariable(name: string): boolean {
  return SECRET.test(name);
}

export function isPemVariable(name: string): boolean {
  return PEM.test(name);
}

/** Returns whether a variable can also come from a file, `<name>_FILE`: secrets, and what is in a file anyway. */
export function isFileVariable(name: string): boolean {
  return isSecretVariable(name) || isPemVariable(name);
}
