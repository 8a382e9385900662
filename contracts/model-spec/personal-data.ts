// What may be redacted of persons, and how.
import { z } from 'zod';

/** Kinds of personal data that rules can tell. */
export const personalDataKinds = [
  'email',
  'person',
  'phone',
  'resident-number',
  'business-number',
  'card',
  'iban',
  'bank-account',
  'ip-address',
  'address',
] as const;
export type PersonalDataKind = (typeof personalDataKinds)[number];

/** Puts placeholders in the place of personal data; the same value has the same one within a document. */
export const redactPersonalData = z.strictObject({
  step: z.literal('redact-personal-data'),
  kinds: z
    .array(z.enum(personalDataKinds))
    .min(1)
    .default([...personalDataKinds]),
  /** `[EMAIL_1]`, `[EMAIL]`, or a star for each letter and digit. */
  style: z.enum(['numbered', 'kind', 'mask']).default('numbered'),
  /** ISO 3166 codes of countries whose phone numbers may come without the country's code. */
  regions: z
    .array(z.string().regex(/^[A-Z]{2}$/, 'expected an ISO 3166 code of two capitals, such as KR'))
    .max(20)
    .default(['KR', 'US']),
});
export type RedactPersonalDataSpec = z.infer<typeof redactPersonalData>;
