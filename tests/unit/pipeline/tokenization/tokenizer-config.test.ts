import { describe, expect, it } from 'vitest';
import { answeringChatTemplate, plainChatTemplate } from '../../../../pipeline/generation/chat-template.ts';
import { tokenizerConfig } from '../../../../pipeline/tokenization/tokenizer-config.ts';
import { writeTokenizerJson } from '../../../../pipeline/tokenization/tokenizer-json.ts';
import { specialTokens } from '../../../../pipeline/tokenization/vocabulary.ts';

describe('tokenizer_config.json', () => {
  it('has transformers take tokenizer.json as it stands, and names tokens that are in it', () => {
    const { tokenizer_class, model_max_length, ...rest } = tokenizerConfig(128, 'classification');
    expect([tokenizer_class, model_max_length]).toEqual(['PreTrainedTokenizerFast', 128]);
    const { model } = JSON.parse(writeTokenizerJson(specialTokens)) as { model: { vocab: object } };
    const named = Object.entries(rest).flatMap(([name, token]) => (name.endsWith('_token') ? [token] : []));
    expect(named).toEqual(Object.keys(model.vocab));
  });

  it('names what ends a text for a model that writes, and for no other', () => {
    expect(tokenizerConfig(128, 'generation')).toMatchObject({ eos_token: '[SEP]', bos_token: '[SEP]' });
    expect(tokenizerConfig(128, 'classification')).not.toHaveProperty('eos_token');
  });

  it('has a chat template where there is one', () => {
    expect(tokenizerConfig(128, 'generation', '{{ messages }}')).toMatchObject({
      chat_template: '{{ messages }}',
    });
    expect(tokenizerConfig(128, 'generation')).not.toHaveProperty('chat_template');
  });

  it('has transformers read control tokens in texts as text, but where the chat template writes some', () => {
    expect(tokenizerConfig(128, 'classification')).toMatchObject({ split_special_tokens: true });
    expect(tokenizerConfig(128, 'generation', plainChatTemplate)).toMatchObject({
      split_special_tokens: true,
    });
    for (const template of [answeringChatTemplate('{text}'), "{{ '[CLS]' }}", '{{ bos_token }}'])
      expect(tokenizerConfig(128, 'generation', template)).not.toHaveProperty('split_special_tokens');
  });
});
