import { expect, it } from 'vitest';
import { isJsonText } from '../../../../../pipeline/evaluation/generation/json-text.ts';

it.each([
  ['{"a": [1, null]}', true],
  [' [] \n', true],
  ['Sure: {"a": 1}', false],
  ['```json\n{}\n```', false],
  ["{'a': 1}", false],
  ['{"a": 1', false],
  ['"text"', false],
  ['null', false],
  ['', false],
  ['['.repeat(100_000), false],
])('“%s” is JSON of an object or array: %s', (text, valid) => {
  expect(isJsonText(text)).toBe(valid);
});
