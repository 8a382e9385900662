// The few largest of many numbers.

/**
 * @param count how many, at most; less where there are fewer numbers
 * @returns their indices, the largest first; of equal numbers the one that stands first
 */
export function largest(values: Float32Array, count: number): number[] {
  const indices: number[] = [];
  const kept = Math.min(count, values.length);
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index];
    if (indices.length === kept && !(value > values[indices[kept - 1]])) continue;
    if (indices.length === kept) indices.pop();
    let [low, high] = [0, indices.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (values[indices[middle]] >= value) low = middle + 1;
      else high = middle;
    }
    indices.splice(low, 0, index);
  }
  return indices;
}
