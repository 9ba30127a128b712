import { createRequire } from 'node:module';

/**
 * Words of the language and of this field that the lists of leaked passwords lack because they are too short or too
 * specific.
 */
const MORE_WORDS = `a an and any are as at be bit bits but by can do for from go has have he her his i if in into is it its
  jwt key keys let lorem me metrics my new no not now of on one or our out own put run runs she so some than that the their
  them then there they this to too try two up us use very was we were what when where which who why will with would you
  your access address admin amet api app auth bearer byte bytes changeit changeme characters config consectetur credential
  default deploy dev development dolor env example examples fake foo bar baz goes holdfast hmac html http https insecure
  internal ipsum jumps kitchen local localhost long mail need needs only order orders passphrase password placeholder please
  private prod production public random replace restaurant sample sandbox secret secrets secure server session shop sign
  signed signing sit staging strong stripe super supersecret temp test testing token tokens webhook webhooks whsec`;

const FREQUENT_MAX = 3_000;
const LENGTH_MIN = 3;
/** Short runs of digits occur in every random text. */
const DIGITS_LENGTH_MIN = 6;

/** The cost of a word, in unpredictable characters. */
const FREQUENT_COST = 1;
const OTHER_COST = 2;

/** Returns each word with its cost. Loaded only when a secret is checked. */
export function knownWords(): ReadonlyMap<string, number> {
  const { dictionary } = createRequire(import.meta.url)('@zxcvbn-ts/language-common') as {
    dictionary: Readonly<Record<'passwords-common' | 'diceware-common', readonly string[]>>;
  };
  const words = new Map<string, number>();
  const addWord = (word: string, cost: number) => {
    const lengthMin = /^\d+$/.test(word) ? DIGITS_LENGTH_MIN : LENGTH_MIN;
    if (word.length >= lengthMin && !words.has(word)) words.set(word, cost);
  };
  for (const word of MORE_WORDS.split(/\s+/)) words.set(word, FREQUENT_COST);
  for (const [rank, word] of dictionary['passwords-common'].entries()) {
    addWord(word, rank < FREQUENT_MAX ? FREQUENT_COST : OTHER_COST);
  }
  for (const word of dictionary['diceware-common']) addWord(word, OTHER_COST);
  return words;
}
