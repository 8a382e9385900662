// The chat template of a package. One from before packages had them joins what was said.
import { z } from 'zod';
import { packageFiles } from '../../contracts/version-package.ts';
import { type ChatMessage, compileChatTemplate } from '../../pipeline/generation/chat-template.ts';
import type { Prompt } from '../../pipeline/generation/prompt-parts.ts';
import { InvalidQuestion } from '../model-process.ts';
import type { PackageOnDisk } from './package-on-disk.ts';

const tokenizerConfigSchema = z.object({
  chat_template: z.string().optional(),
  bos_token: z.string().optional(),
  eos_token: z.string().optional(),
});

/**
 * @returns a function from messages to a prompt, which throws InvalidQuestion where the template refuses them
 * @throws Error where the template cannot be read: such a version should not load
 */
export async function readChat(
  read: PackageOnDisk['read'],
): Promise<(messages: readonly ChatMessage[]) => Prompt> {
  const config = await read(packageFiles.tokenizerConfig, tokenizerConfigSchema).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  });
  const render = compileChatTemplate(config);
  return (messages) => {
    try {
      return render(messages);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new InvalidQuestion(`messages: the model's chat template does not take them: ${reason}`);
    }
  };
}
