// Prints the chat templates that Coppice writes, by name, for make-chat-template.py.
// Run with: node --import tsx tests/golden/make-chat-template.ts > TEMPLATES
import { answeringChatTemplate, plainChatTemplate } from '../../pipeline/generation/chat-template.ts';

const templates = {
  plain: plainChatTemplate,
  answering: answeringChatTemplate('Text: {text}\nIn a word, it\'s "\\n":\t'),
  'answering without words of its own': answeringChatTemplate('{text}'),
};
process.stdout.write(`${JSON.stringify(templates, null, 1)}\n`);
