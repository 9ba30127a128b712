import type { FuncKeywordDefinition } from 'ajv';
import { normalText, type TextForm, textFault, textForms } from '../shared/text.ts';

/** The keyword of schemas that marks what people write, by its form. An extension that OpenAPI documents may hold. */
export const TEXT_KEYWORD = 'x-text';

/**
 * Puts the text into the form in which it is stored, before its length is counted, and then holds it to the rules of its
 * form. A text without the keyword, such as a token, stays as it came.
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
    return textFault(normal, form) === null;
  },
};
