// Keys and values of B texts in the making. Attention reads all slots, filled or not, so there are only about as many as the
// longest text needs: they double when it outgrows them.
import type { GptConfig } from '../model/gpt-config.ts';
import { fillSlots } from '../model/gpt-decoding.ts';

export interface CacheShape {
  /** B */
  readonly rows: number;
  /** Tokens of a text that can be looked back at: its last one need not fit. */
  readonly slots: number;
  /** How many slots there are at first; absent: all. */
  readonly slotsAtFirst?: number;
}

/** What a step gave, by name: of each layer n `key.n.new` and `value.n.new`. */
export type StepResults = Readonly<Record<string, Float32Array | Int32Array>>;

export interface TextCaches {
  /** S: slots that there are now. */
  readonly slots: () => number;
  /** Tokens of a text so far. */
  readonly filled: (row: number) => number;
  /** Makes room for a text of so many tokens, as far as there may be; what is there stays. */
  readonly reserve: (tokens: number) => void;
  /** @returns `mask`, `key.n` and `value.n` of texts that lie side by side, where they stand */
  readonly read: (first: number, count: number) => Record<string, Float32Array>;
  /**
   * Appends to texts that lie side by side.
   * @param counts new tokens of each
   * @param length T that the step was made for
   */
  readonly append: (first: number, counts: readonly number[], length: number, results: StepResults) => void;
  /** Makes one row the text that another is. */
  readonly copy: (from: number, to: number) => void;
  /** Makes each row the text that another row is: row n becomes row `parents[n]`. */
  readonly reorder: (parents: readonly number[]) => void;
  readonly forget: (row: number) => void;
  /** Forgets all texts, and the room that they took. */
  readonly reset: () => void;
}

/** A score that softmax makes 0. */
const EMPTY = -1e9;

interface Room {
  readonly slots: number;
  /** By input; each [B, H, S, C/H]. */
  readonly caches: ReadonlyMap<string, Float32Array>;
  /** [B × S] */
  readonly mask: Float32Array;
}

/** @returns how many slots there are one after the other, all that there may be at last */
export function slotSteps({ slots, slotsAtFirst = slots }: Omit<CacheShape, 'rows'>): readonly number[] {
  const steps: number[] = [];
  for (let step = slotsAtFirst; step < slots; step *= 2) steps.push(step);
  return [...steps, slots];
}

export function createTextCaches(config: GptConfig, shape: CacheShape): TextCaches {
  const { rows } = shape;
  const { heads, layers } = config;
  const size = config.hiddenSize / heads;
  const steps = slotSteps(shape);
  const names = Array.from({ length: layers }, (_, layer) => [`key.${layer}`, `value.${layer}`]).flat();
  const filled = new Int32Array(rows);
  const roomOf = (slots: number): Room => ({
    slots,
    caches: new Map(names.map((name) => [name, new Float32Array(rows * heads * slots * size)])),
    mask: new Float32Array(rows * slots).fill(EMPTY),
  });
  const least = roomOf(steps[0]);
  let room = least;

  const mark = (row: number): void => {
    const start = row * room.slots;
    room.mask.fill(EMPTY, start, start + room.slots);
    room.mask.fill(0, start, start + Math.min(filled[row], room.slots));
  };
  const copyText = (old: Room, from: number, to: number): void => {
    const count = Math.min(filled[from], old.slots) * size;
    for (const [name, cache] of room.caches) {
      const before = old.caches.get(name) ?? cache;
      for (let head = 0; head < heads; head += 1) {
        const start = (from * heads + head) * old.slots * size;
        cache.set(before.subarray(start, start + count), (to * heads + head) * room.slots * size);
      }
    }
  };
  const forget = (row: number): void => {
    filled[row] = 0;
    mark(row);
  };
  return {
    slots: () => room.slots,
    filled: (row) => filled[row],
    reserve: (tokens) => {
      if (tokens <= room.slots || room.slots === shape.slots) return;
      const old = room;
      room = roomOf(steps.find((slots) => slots >= tokens) ?? shape.slots);
      for (let row = 0; row < rows; row += 1) {
        if (filled[row] > 0) copyText(old, row, row);
        mark(row);
      }
    },
    read: (first, count) => ({
      mask: room.mask.subarray(first * room.slots, (first + count) * room.slots),
      ...Object.fromEntries(
        [...room.caches].map(([name, cache]) => {
          const width = cache.length / rows;
          return [name, cache.subarray(first * width, (first + count) * width)];
        }),
      ),
    }),
    append: (first, counts, length, results) => {
      const kept = counts.map((count, index) => {
        const slot = filled[first + index];
        return { slot, count: Math.max(0, Math.min(count, room.slots - slot)) };
      });
      const places = { heads, slots: room.slots, size, length, kept };
      for (const [name, cache] of room.caches) {
        const own = cache.subarray((first * cache.length) / rows);
        fillSlots(own, results[`${name}.new`] as Float32Array, places);
      }
      for (const [index, { slot, count }] of kept.entries()) {
        const start = (first + index) * room.slots + slot;
        room.mask.fill(0, start, start + count);
        filled[first + index] += counts[index];
      }
    },
    copy: (from, to) => {
      filled[to] = filled[from];
      copyText(room, from, to);
      mark(to);
    },
    reorder: (parents) => {
      if (parents.every((parent, row) => parent === row)) return;
      for (const values of [...room.caches.values(), room.mask]) copyRows(values, parents);
      filled.set(parents.map((parent) => filled[parent]));
    },
    forget,
    reset: () => {
      room = least;
      for (let row = 0; row < rows; row += 1) forget(row);
    },
  };
}

function copyRows(values: Float32Array, parents: readonly number[]): void {
  const size = values.length / parents.length;
  const before = values.slice();
  for (const [row, parent] of parents.entries()) {
    if (parent !== row) values.set(before.subarray(parent * size, (parent + 1) * size), row * size);
  }
}
