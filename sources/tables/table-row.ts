// What readers of tables yield, whatever the format.

/** The wanted columns of a row, by name; or why it is none. */
export type TableRow = {
  /** From 1; of a table in lines, the line that it begins in. */
  readonly number: number;
} & ({ readonly values: RowValues } | { readonly problem: string; readonly mark: string });

export type RowValues = Readonly<Record<string, unknown>>;

/** Of a file as a whole, in words that can be counted. */
export class UnreadableTable extends Error {}
