/** Why a document has no text: short and one of few, since reasons are counted. */
export class UnreadableDocument extends Error {
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.name = 'UnreadableDocument';
    this.reason = reason;
  }
}
