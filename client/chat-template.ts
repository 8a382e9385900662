// Tries the chat template of a model file before anything is trained with it.
import { Template } from '@huggingface/jinja';
import type { ModelSpec, SpecProblem } from '../contracts/model-spec/model-spec.ts';

/** @returns why the template makes no prompt of one message of a user */
export function chatTemplateProblems({ serving }: ModelSpec): SpecProblem[] {
  if (serving?.chatTemplate === undefined) return [];
  const messages = [{ role: 'user', content: 'text' }];
  const [add_generation_prompt, bos_token, eos_token] = [true, '[SEP]', '[SEP]'];
  try {
    new Template(serving.chatTemplate).render({ messages, add_generation_prompt, bos_token, eos_token });
    return [];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `expected Jinja that makes a prompt of one message of a user: ${reason}`;
    return [{ path: 'serving.chatTemplate', message }];
  }
}
