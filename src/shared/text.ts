/** Texts written by people: how they are stored and what they may contain. */

interface FormRules {
  /** Tabs, line ends, and line and paragraph separators are allowed. */
  readonly severalLines: boolean;
  /** The text is empty or has a visible character. */
  readonly visible: boolean;
}

export const textForms = {
  /** One line, such as a search term. */
  line: { severalLines: false, visible: false },
  /** Several lines, such as a note or an address. */
  lines: { severalLines: true, visible: false },
  /** One line that names a person or a thing. */
  name: { severalLines: false, visible: true },
  /** Several lines, not blank. */
  statement: { severalLines: true, visible: true },
} as const satisfies Record<string, FormRules>;

export type TextForm = keyof typeof textForms;

/** C0, DEL and C1. The second set excludes tab, line feed and carriage return. */
const CONTROL = /\p{Cc}/u;
const CONTROL_AMONG_LINES = /[^\P{Cc}\t\n\r]/u;
const LINE_END = /[\t\n\r\u2028\u2029]/;
/** Marks that change the direction of all following text, even beyond their own. Isolates, U+2066 to U+2069, do not. */
const OVERRIDE = /[\u202a-\u202e]/;
/**
 * Neither blank nor ignorable, nor a combining mark, which needs a letter. The last four are letters or symbols in
 * Unicode but are drawn as nothing: the blank Braille pattern, the null notehead, and two blanks among the hieroglyphs.
 */
const VISIBLE =
  /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{M}\p{Cc}\p{Cf}\u2800\u{1d159}\u{13441}\u{13442}]/u;

/**
 * Returns a text as it is stored: in Unicode NFC, so that a word has the same code points from any keyboard or file.
 * Passwords and tokens are left to the code that compares them.
 */
export function normalText(text: string): string {
  return text.normalize('NFC');
}

/** Returns why a normalized text is invalid, as the end of a sentence, or null. `lengthMax` is in characters. */
export function findTextError(
  text: string,
  form: TextForm,
  lengthMax = Number.POSITIVE_INFINITY,
): string | null {
  const { severalLines, visible } = textForms[form];
  if (!severalLines && LINE_END.test(text)) return 'must be on one line, without tabs';
  if ((severalLines ? CONTROL_AMONG_LINES : CONTROL).test(text)) {
    return 'must not contain control characters';
  }
  if (OVERRIDE.test(text)) return 'must not contain marks that change the direction of writing';
  if (visible && text !== '' && !VISIBLE.test(text)) {
    return 'must contain a visible character';
  }
  if (text.length > lengthMax && [...text].length > lengthMax) {
    return `must have at most ${lengthMax} characters`;
  }
  return null;
}
