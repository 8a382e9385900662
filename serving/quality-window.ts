// Quality in service: of the newest labelled answers of a version, the share that was right.

/** Keeps the newest `size` labelled answers of each version. */
export function createQualityWindow(size: number) {
  const byVersion = new Map<number, boolean[]>();
  return {
    add: (version: number, correct: boolean): void => {
      const answers = byVersion.get(version) ?? [];
      answers.push(correct);
      if (answers.length > size) answers.shift();
      byVersion.set(version, answers);
    },
    /** @returns accuracy 0–1 and how many answers it rests on; NaN where there are none */
    read: (version: number): { accuracy: number; labelled: number } => {
      const answers = byVersion.get(version) ?? [];
      const correct = answers.filter(Boolean).length;
      return { accuracy: correct / answers.length, labelled: answers.length };
    },
  };
}
