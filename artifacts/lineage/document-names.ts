// What a document is known by: its id, where it came from, the digest of its content. Whoever looks for one by a name
// finds its other names on the way, and with them what is the same content under another name.

/** As much of a stored line as names a document; which of these there are depends on what wrote the line. */
export interface DocumentNames {
  readonly id?: string | undefined;
  readonly uri?: string | undefined;
  readonly digest?: string | undefined;
}

export interface DocumentMatcher {
  /** Whether this line is of what is looked for; its id and its digest are names of it from then on. */
  matches(names: DocumentNames): boolean;
  /** Names that were found on the way. */
  found(): ReadonlySet<string>;
}

/** @param isLookedFor whether a name is one that was asked for */
export function createDocumentMatcher(isLookedFor: (name: string) => boolean): DocumentMatcher {
  const found = new Set<string>();
  const isName = (name: string | undefined): boolean =>
    name !== undefined && (found.has(name) || isLookedFor(name));
  return {
    matches: ({ id, uri, digest }) => {
      if (!isName(id) && !isName(uri) && !isName(digest)) return false;
      for (const name of [id, digest]) if (name !== undefined) found.add(name);
      return true;
    },
    found: () => found,
  };
}
