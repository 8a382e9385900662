// A Git repository as a source: a document a file.
import { z } from 'zod';
import { named } from './source-fields.ts';

/** Addresses that git takes for a place to fetch from, and nothing else: no `ext::`, no options, no passwords. */
const repositoryUrl =
  /^(?:(?:https?|ssh):\/\/(?:[\w.-]{1,64}@)?[\w.-]{1,253}(?::\d{1,5})?\/|file:\/\/\/)[^\s\\?#@]{1,1000}$/;

export const repositorySourceSchema = z
  .strictObject({
    kind: z.literal('repository'),
    ...named,
    url: z
      .string()
      .regex(repositoryUrl, 'expected an address such as https://host/owner/name, without a password'),
    /** A branch or a tag; absent: what the repository shows first. */
    branch: z
      .string()
      .regex(
        /^(?!.*(?:\.\.|@\{|\/\/|\.lock(?:\/|$)))[\w][\w./-]{0,200}$/,
        'expected the name of a branch or a tag',
      )
      .optional(),
    /** Ways to fetch that are allowed: `https` alone, unless others are named. */
    schemes: z
      .array(z.enum(['https', 'http', 'ssh', 'file']))
      .min(1)
      .default(['https']),
    /** Names of hosts that may have private, link-local or loopback addresses. */
    allowPrivateHosts: z.array(z.string().min(1).toLowerCase()).default([]),
    include: z.array(z.string().min(1)).default([]),
    exclude: z.array(z.string().min(1)).default([]),
    /** SPDX identifiers: files under others, or under none that is known, are set aside; all where empty. */
    licences: z.array(z.string().min(1)).default([]),
    mediaType: z.string().default('text/plain'),
    /** Larger files are not fetched where the server can leave them out. */
    maximumFileBytes: z
      .number()
      .int()
      .positive()
      .max(256 * 1024 * 1024)
      .default(1024 * 1024),
    /** Characters; a longer one is no code that somebody wrote. */
    maximumLineLength: z.number().int().positive().default(1_000),
    /** On disk. */
    maximumRepositoryBytes: z
      .number()
      .int()
      .positive()
      .default(2 * 1024 * 1024 * 1024),
    /** Of fetching. */
    timeoutSeconds: z.number().positive().max(7_200).default(900),
  })
  .refine(({ url, schemes }) => schemes.some((scheme) => url.startsWith(`${scheme}://`)), {
    path: ['schemes'],
    message: 'expected the scheme of the address among them',
  })
  .refine(({ url }) => !/^https?:\/\/[^/]*@/.test(url), {
    path: ['url'],
    message: 'expected no name in the address',
  });
