// Sums of columns of counts over any choice of rows, which bootstraps ask for millions of times. Each column is kept as what
// it differs from an earlier one by, where that takes fewer bits, and as many as fit stand side by side in the 53 bits of a
// number, so that one addition serves them all.

/** Adds up the columns [W] of the rows at given indices, as many at most as there are rows; repeats count. */
type AddRows = (indices: Int32Array, sums: Float64Array) => void;

/** One column as it is packed: row r is `least` + what stands in the lane + row r of the column `from`. */
interface Column {
  readonly index: number;
  /** -1: of no other column. */
  readonly from: number;
  readonly least: number;
  /** A power of two above what the lane can add up to; 1: the column is the other one but for a constant. */
  readonly base: number;
}

/** Numbers of which each holds some columns, the first of them in the lowest bits. */
interface Lanes {
  readonly values: Float64Array;
  readonly columns: Column[];
  /** Product of the bases. */
  readonly size: number;
}

const EXACT = 2 ** 53;

/** @param rows row-major [N, W] */
export function createColumnSums(rows: Float64Array, width: number): AddRows {
  const examples = rows.length / width;
  if (!rows.every((value) => Number.isInteger(value) && Math.abs(value) * examples < EXACT))
    return addPlainly(rows, width);
  const columns = Array.from({ length: width }, (_, index) => describeColumn(rows, { index, width }));
  const packed = pack(rows, columns);
  const totals = new Float64Array(packed.length);
  const own = new Float64Array(width);
  return (indices, sums) => {
    for (let at = 0; at < packed.length; at += 2)
      addLanes(packed[at].values, packed.at(at + 1)?.values, { indices, into: totals, at });
    for (let at = 0; at < packed.length; at += 1) {
      let left = totals[at];
      for (const { index, base } of packed[at].columns) {
        const above = Math.floor(left / base);
        own[index] = left - above * base;
        left = above;
      }
    }
    for (const { index, from, least, base } of columns) {
      const lane = base === 1 ? 0 : own[index];
      own[index] = lane + least * indices.length + (from < 0 ? 0 : own[from]);
      sums[index] += own[index];
    }
  };
}

/** @returns the column by itself or beside an earlier one, whichever takes fewer bits */
function describeColumn(rows: Float64Array, { index, width }: { index: number; width: number }): Column {
  const examples = rows.length / width;
  const against = (from: number): Column => {
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let row = 0; row < rows.length; row += width) {
      const value = rows[row + index] - (from < 0 ? 0 : rows[row + from]);
      if (value < least) least = value;
      if (value > most) most = value;
    }
    return { index, from, least, base: 2 ** Math.ceil(Math.log2((most - least) * examples + 1)) };
  };
  const choices = Array.from({ length: index + 1 }, (_, other) => against(other - 1));
  return choices.reduce((best, choice) => (choice.base < best.base ? choice : best));
}

/** Puts each column where there is room, the widest first. */
function pack(rows: Float64Array, columns: readonly Column[]): Lanes[] {
  const width = columns.length;
  const examples = rows.length / width;
  const packed: Lanes[] = [];
  const ordered = columns.filter(({ base }) => base > 1).sort((a, b) => b.base - a.base);
  for (const column of ordered) {
    const { index, from, least, base } = column;
    const place = packed.findIndex(({ size }) => size * base <= EXACT);
    const found = packed.at(place);
    const lanes: Lanes =
      place < 0 || found === undefined ? { values: new Float64Array(examples), columns: [], size: 1 } : found;
    for (let row = 0; row < examples; row += 1) {
      const other = from < 0 ? 0 : rows[row * width + from];
      lanes.values[row] += (rows[row * width + index] - other - least) * lanes.size;
    }
    const grown = { values: lanes.values, columns: [...lanes.columns, column], size: lanes.size * base };
    if (place < 0) packed.push(grown);
    else packed[place] = grown;
  }
  return packed;
}

/** Two numbers a row at once, since each addition waits for the one before it. */
function addLanes(
  first: Float64Array,
  second: Float64Array | undefined,
  { indices, into, at }: { indices: Int32Array; into: Float64Array; at: number },
): void {
  let [a, b, c, d] = [0, 0, 0, 0];
  const even = indices.length - (indices.length % 2);
  if (second === undefined) {
    for (let row = 0; row < even; row += 2) {
      a += first[indices[row]];
      c += first[indices[row + 1]];
    }
    if (even < indices.length) a += first[indices[even]];
  } else {
    for (let row = 0; row < even; row += 2) {
      const [one, other] = [indices[row], indices[row + 1]];
      a += first[one];
      b += second[one];
      c += first[other];
      d += second[other];
    }
    if (even < indices.length) {
      a += first[indices[even]];
      b += second[indices[even]];
    }
    into[at + 1] = b + d;
  }
  into[at] = a + c;
}

/** Of figures that are no counts. */
function addPlainly(rows: Float64Array, width: number): AddRows {
  return (indices, sums) => {
    for (const row of indices)
      for (let column = 0; column < width; column += 1) sums[column] += rows[row * width + column];
  };
}
