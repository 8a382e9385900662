// A matrix of which each row holds few numbers other than 0, in compressed rows (CSR).

export interface SparseRows {
  readonly rows: number;
  readonly columns: number;
  /** Entries of row i stand at [offsets[i], offsets[i + 1]). [rows + 1] */
  readonly offsets: Int32Array;
  /** Column of each entry. */
  readonly indices: Int32Array;
  /** Value of each entry. */
  readonly values: Float64Array;
}
