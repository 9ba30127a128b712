import { RIGHT_TO_LEFT_LETTER } from './isolate-direction.ts';

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
/** Marks that change the direction of all following text, even beyond their own. */
const OVERRIDE = /[\u202a-\u202e]/;
/**
 * Neither blank nor ignorable, nor a combining mark, which needs a letter. The last four are letters or symbols in
 * Unicode but are drawn as nothing: the blank Braille pattern, the null notehead, and two blanks among the hieroglyphs.
 */
const VISIBLE =
  /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{M}\p{Cc}\p{Cf}\u2800\u{1d159}\u{13441}\u{13442}]/u;

/** What `removeInvisible` looks at. Most texts have none. */
const IGNORABLE = /[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/u;
/** Characters that are drawn as nothing in any text: spaces without width, isolates, hyphens that may be, annotations. */
const INVISIBLE =
  /[\u00ad\u200b\u2060-\u206f\ufeff\ufff9-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}]/gu;
/** Joiners, unless after a letter that joins others or an emoji. Source: Unicode UAX #31, section 2.3. */
const IDLE_JOINER = new RegExp(
  `(?<![${[
    ...['Adlam', 'Arabic', 'Hanifi_Rohingya', 'Mandaic', 'Mongolian', 'Nko', 'Phags_Pa', 'Syriac'],
    ...[
      'Balinese',
      'Bengali',
      'Chakma',
      'Devanagari',
      'Gujarati',
      'Gurmukhi',
      'Javanese',
      'Kannada',
    ],
    ...['Khmer', 'Malayalam', 'Meetei_Mayek', 'Myanmar', 'Oriya', 'Sinhala', 'Sundanese', 'Tamil'],
    ...['Telugu', 'Tibetan'],
  ]
    .map((script) => `\\p{Script_Extensions=${script}}`)
    .join('')}\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\ufe0f])[\\u200c\\u200d]`,
  'gu',
);
/** Variation selectors, unless after a character that has variants. */
const IDLE_VARIATION =
  /(?<![\p{Emoji}\p{Script_Extensions=Han}\p{Script_Extensions=Mongolian}\p{Script_Extensions=Myanmar}\p{Script_Extensions=Phags_Pa}])\p{Variation_Selector}/gu;
/** Tags, which can hide a whole text, unless they name the region of a flag. Source: Unicode UTS #51, annex C. */
const TAGS =
  /(\u{1f3f4}[\u{e0030}-\u{e0039}\u{e0061}-\u{e007a}]{3,6}\u{e007f})|[\u{e0000}-\u{e007f}]/gu;
/** Marks that people type among letters that are written from right to left. */
const DIRECTION_MARK = /[\u061c\u200e\u200f]/g;

/**
 * Removes characters that nobody sees and that make two texts differ which look the same: most come from copied text.
 */
function removeInvisible(text: string): string {
  if (!IGNORABLE.test(text)) return text;
  const rest = text
    .replace(INVISIBLE, '')
    .replace(TAGS, '$1')
    .replace(IDLE_VARIATION, '')
    .replace(IDLE_JOINER, '');
  return RIGHT_TO_LEFT_LETTER.test(rest) ? rest : rest.replace(DIRECTION_MARK, '');
}

/**
 * Returns a text as it is stored: in Unicode NFC, so that a word has the same code points from any keyboard or file, and
 * without invisible characters that have no effect. Passwords and tokens are left to the code that compares them.
 */
export function normalText(text: string): string {
  return removeInvisible(text).normalize('NFC');
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
