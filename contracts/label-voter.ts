// What each voter about labels did: people, rules, functions, a classifier.
import { z } from 'zod';

const count = z.number().int().nonnegative();

export const labelVoterSchema = z.object({
  voter: z.string(),
  /** Documents that there were to vote on. */
  documents: count,
  votes: count,
  /** Of its votes, those on documents where others voted too, and where one of them voted otherwise. */
  overlaps: count,
  conflicts: count,
  /** Documents on which it failed; it abstained. */
  errors: count,
});
export type LabelVoter = z.infer<typeof labelVoterSchema>;
