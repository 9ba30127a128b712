/** Scripts written from right to left. */
export const RIGHT_TO_LEFT_LETTER =
  /[[\p{Script=Adlam}\p{Script=Arabic}\p{Script=Hanifi_Rohingya}\p{Script=Hebrew}\p{Script=Mandaic}\p{Script=Nko}\p{Script=Samaritan}\p{Script=Syriac}\p{Script=Thaana}]--\u061c]/v;
/** Invisible marks that start such text. */
const RIGHT_TO_LEFT_MARK = /[\u061c\u200f\u2067]/;

/**
 * Isolates right-to-left text for use within a line of plain text, where it would otherwise change places with adjacent
 * numbers. Other texts are unchanged. Pages and HTML use `<bdi>` instead. Source: Unicode UAX #9, §2.4.
 */
export function isolateDirection(text: string): string {
  return RIGHT_TO_LEFT_LETTER.test(text) || RIGHT_TO_LEFT_MARK.test(text)
    ? `\u2068${text}\u2069`
    : text;
}
