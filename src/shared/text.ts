/** What people write: how it is kept, and what it may hold. */

interface FormRules {
  /** Tabs, line ends and the separators of lines and paragraphs belong to it. */
  readonly severalLines: boolean;
  /** It is empty or has a character that can be seen. */
  readonly visible: boolean;
}

export const textForms = {
  /** One line, such as what is searched for. */
  line: { severalLines: false, visible: false },
  /** Several lines, such as a note or an address. */
  lines: { severalLines: true, visible: false },
  /** One line by which somebody or something is known. */
  name: { severalLines: false, visible: true },
  /** Several lines that say something. */
  statement: { severalLines: true, visible: true },
} as const satisfies Record<string, FormRules>;

export type TextForm = keyof typeof textForms;

/** C0, DEL and C1; the second set leaves out tab, line feed and carriage return. */
const CONTROL = /\p{Cc}/u;
const CONTROL_AMONG_LINES = /[^\P{Cc}\t\n\r]/u;
const LINE_END = /[\t\n\r\u2028\u2029]/;
/** They turn the direction of all that follows, beyond their own text too. Isolates, U+2066 to U+2069, do not. */
const OVERRIDE = /[\u202a-\u202e]/;
/**
 * Neither blank nor ignored, nor a mark without a letter to stand on. The four at the end count as letters or symbols in
 * Unicode and are drawn as nothing: the empty Braille pattern, the null notehead, and two blanks among hieroglyphs.
 */
const VISIBLE =
  /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{M}\p{Cc}\p{Cf}\u2800\u{1d159}\u{13441}\u{13442}]/u;

/**
 * A text as it is stored: in Unicode NFC, so that one word has one spelling whatever keyboard or file it came from.
 * Passwords and tokens are left to the code that compares them.
 */
export function normalText(text: string): string {
  return text.normalize('NFC');
}

/** Why a text, already normal, cannot be taken, as the end of a sentence; null when it can. `lengthMax` is in characters. */
export function textFault(
  text: string,
  form: TextForm,
  lengthMax = Number.POSITIVE_INFINITY,
): string | null {
  const { severalLines, visible } = textForms[form];
  if (!severalLines && LINE_END.test(text)) return 'must be on one line, without tabs';
  if ((severalLines ? CONTROL_AMONG_LINES : CONTROL).test(text)) {
    return 'must not hold control characters';
  }
  if (OVERRIDE.test(text)) return 'must not hold marks that turn the direction of writing';
  if (visible && text !== '' && !VISIBLE.test(text)) {
    return 'must hold a character that can be seen';
  }
  if (text.length > lengthMax && [...text].length > lengthMax) {
    return `must have at most ${lengthMax} characters`;
  }
  return null;
}
