import type { FuncKeywordDefinition } from 'ajv';
import { findTextError, normalText, type TextForm, textForms } from '../shared/text.ts';

/** The schema keyword for the form of a text written by people. OpenAPI documents may contain it as an extension. */
export const TEXT_KEYWORD = 'x-text';

/**
 * Normalizes the text as it is stored, before its length is counted, and then checks the rules of its form. A text
 * without the keyword, such as a token, stays unchanged.
 */
export const textKeyword: FuncKeywordDefinition = {
  keyword: TEXT_KEYWORD,
  type: 'string',
  schemaType: 'string',
  metaSchema: { enum: Object.keys(textForms) },
  before: 'maxLength',
  modifying: true,
  errors: false,
  validate(form: TextForm, text: string, _schema, place): boolean {
    const normal = normalText(text);
    if (normal !== text && place !== undefined) {
      place.parentData[place.parentDataProperty] = normal;
    }
    return findTextError(normal, form) === null;
  },
};
