// How documents are divided into those that a classifier is trained on and those that it is judged on.
import { z } from 'zod';

export const splitSchema = z
  .strictObject({
    /** `last` in collection order, latest by `time`, by `hash` of the id, or whole groups by hash. */
    by: z.enum(['last', 'time', 'hash', 'group']),
    /** What keeps documents together: their source, the host of their address, or the beginning of their id. */
    group: z.enum(['source', 'host', 'id']).optional(),
    /** The group is the id up to the last occurrence of this text; absent: `/`, so a folder. */
    idUpTo: z.string().min(1).max(20).optional(),
  })
  .superRefine(({ by, group, idUpTo }, context) => {
    const refuse = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (by === 'group' && group === undefined)
      refuse('group', 'expected one of source, host, id: what no two sides may share');
    if (by !== 'group' && group !== undefined) refuse('group', `takes by: 'group'; by ${by} there are none`);
    if (group !== 'id' && idUpTo !== undefined) refuse('idUpTo', "takes group: 'id'");
  });
export type SplitSpec = z.infer<typeof splitSchema>;
