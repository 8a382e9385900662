// Reads a mail: its subject and the text of its body, and nothing else. Headers, addresses, dates, hosts and
// attachments stay behind, since they give labels away that a filter must learn from the words.
import { mailText } from './mail-text.ts';
import { readMail } from './mail-tree.ts';
import type { CleaningStep } from './working-document.ts';
import { changeTo, contentBytes } from './working-document.ts';

const MAIL = 'message/rfc822';

/**
 * Makes the step `decode-mail`: a document of the type message/rfc822 becomes `subject + "\n" + body`; others stay as
 * they are. A mail that cannot be read is dropped.
 */
export function createDecodeMail(): CleaningStep {
  return async (document) => {
    if (document.content.mediaType.split(';', 1)[0].trim().toLowerCase() !== MAIL)
      return { decision: 'keep' };
    const mail = await readMail(contentBytes(document.content));
    if ('problem' in mail) return { decision: 'drop', reason: mail.problem };
    return changeTo(document, mailText(mail.root));
  };
}
