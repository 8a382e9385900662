// A max-heap of merge candidates: higher count first, then the pair with the lower ids. A pair may stand in it more than
// once, each time with the words in which it had newly appeared.

/** Words in which a pair may stand, and the count it was queued with; the count may have gone stale since. */
export interface MergeCandidate {
  count: number;
  /** Index of the pair in its {@link PairTable}. */
  readonly pair: number;
  readonly left: number;
  readonly right: number;
  readonly words: readonly number[];
}

function precedes(a: MergeCandidate, b: MergeCandidate): boolean {
  if (a.count !== b.count) return a.count > b.count;
  return a.left === b.left ? a.right < b.right : a.left < b.left;
}

/** The queue of what to merge next. */
export interface MergeQueue {
  readonly push: (candidate: MergeCandidate) => void;
  readonly pop: () => MergeCandidate | undefined;
}

export function createMergeQueue(): MergeQueue {
  const heap: MergeCandidate[] = [];

  const siftUp = (from: number): void => {
    const moving = heap[from];
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!precedes(moving, heap[parent])) break;
      heap[index] = heap[parent];
      index = parent;
    }
    heap[index] = moving;
  };

  const siftDown = (): void => {
    const moving = heap[0];
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && precedes(heap[child + 1], heap[child])) child += 1;
      if (!precedes(heap[child], moving)) break;
      heap[index] = heap[child];
      index = child;
    }
    heap[index] = moving;
  };

  return {
    push: (candidate) => {
      heap.push(candidate);
      siftUp(heap.length - 1);
    },
    pop: () => {
      const top = heap.at(0);
      const last = heap.pop();
      if (last !== undefined && heap.length > 0) {
        heap[0] = last;
        siftDown();
      }
      return top;
    },
  };
}
