/** Secrets, and addresses with a password. Variables with such a name are covered as soon as they exist. */
const SECRET = /SECRET|PASSWORD|_TOKEN$|_KEY$|^DATABASE_(.+_)?URLS?$|^(REDIS|SMTP)_URL$/;

/** Returns whether a variable may contain a secret. Such a variable can also come from a file, `<name>_FILE`. */
export function isSecretVariable(name: string): boolean {
  return SECRET.test(name);
}
