// tokenizer_config.json, which tells transformers to read tokenizer.json as it stands: without it AutoTokenizer makes a tokenizer
// of the model's own kind, with another normalization, and other ids.
import { specialTokens } from './vocabulary.ts';

const [pad, unknown, cls, sep, mask] = specialTokens;

/** What a text is read for. */
export type TokenizerUse = 'classification' | 'generation';

/**
 * @param contextLength tokens that the model reads at most
 * @param chatTemplate Jinja, of a model that writes
 * @returns the file's content, in the names of transformers
 */
export function tokenizerConfig(
  contextLength: number,
  use: TokenizerUse,
  chatTemplate?: string,
): Readonly<Record<string, unknown>> {
  return {
    ...{ tokenizer_class: 'PreTrainedTokenizerFast', model_max_length: contextLength },
    ...{ clean_up_tokenization_spaces: false },
    // A text that spells out a control token is text there too. A prompt of a template that writes some is not read so: it is
    // one string in transformers, in which theirs and those of the template are alike.
    ...(!writesControlTokens(chatTemplate) && { split_special_tokens: true }),
    ...{ pad_token: pad, unk_token: unknown, cls_token: cls, sep_token: sep, mask_token: mask },
    ...(use === 'generation' && { bos_token: sep, eos_token: sep }),
    ...(chatTemplate !== undefined && { chat_template: chatTemplate }),
  };
}

function writesControlTokens(template = ''): boolean {
  return ['bos_token', 'eos_token', ...specialTokens].some((name) => template.includes(name));
}
