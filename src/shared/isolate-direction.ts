/** Scripts that are written from right to left, and the invisible marks that begin such a text. */
const RIGHT_TO_LEFT =
  /[\p{Script=Adlam}\p{Script=Arabic}\p{Script=Hanifi_Rohingya}\p{Script=Hebrew}\p{Script=Mandaic}\p{Script=Nko}\p{Script=Samaritan}\p{Script=Syriac}\p{Script=Thaana}\u061c\u200f\u2067]/u;

/**
 * A text for the middle of a line of plain text: one from right to left would otherwise change places with the numbers
 * beside it. Others stay as they are. Pages and HTML take `<bdi>` instead. Source: Unicode UAX #9, §2.4.
 */
export function isolateDirection(text: string): string {
  return RIGHT_TO_LEFT.test(text) ? `\u2068${text}\u2069` : text;
}
