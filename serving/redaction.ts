// Texts of requests and of people are kept only without personal data of any kind that rules can tell.
import { personalDataKinds } from '../contracts/model-spec/personal-data.ts';
import { createRedaction } from '../pipeline/cleaning/personal-data/redact-personal-data.ts';

/** @returns the text with placeholders such as `[EMAIL_1]` */
export const redactPersonalData: (text: string) => string = createRedaction({
  kinds: [...personalDataKinds],
  style: 'numbered',
  regions: ['KR', 'US'],
});
