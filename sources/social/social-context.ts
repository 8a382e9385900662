// What sources of social media need beside others.
import type { Pseudonymize } from '../pseudonyms.ts';

export interface SocialContext {
  /** Opens the key of the pseudonyms. */
  readonly pseudonyms: () => Promise<Pseudonymize>;
}
