// How far people agree about labels, beyond what chance would have them agree: Cohen's kappa for two (Cohen 1960), equal to
// scikit-learn's; Krippendorff's alpha for any number with gaps (Krippendorff 2011, "Computing Krippendorff's
// Alpha-Reliability", nominal data), equal to the package krippendorff's. 1 is full agreement, 0 that of chance.

/** Answers to the same questions in the same order; `undefined`: none given. */
type Answers = readonly (string | undefined)[];

/**
 * Agreement of two people, on what both have labelled.
 * @returns undefined where there is nothing, or only one label, so that chance explains all
 */
export function cohenKappa(first: Answers, second: Answers): number | undefined {
  const pairs = first.flatMap((one, at) => {
    const other = second[at];
    return one === undefined || other === undefined ? [] : [[one, other] as const];
  });
  const agreed = pairs.filter(([one, other]) => one === other).length / pairs.length;
  const counts = pairs.map(([one]) => one).reduce(count, new Map<string, number>());
  const others = pairs.map(([, other]) => other).reduce(count, new Map<string, number>());
  let byChance = 0;
  for (const [label, number] of counts) byChance += (number * (others.get(label) ?? 0)) / pairs.length ** 2;
  return pairs.length === 0 || byChance === 1 ? undefined : (agreed - byChance) / (1 - byChance);
}

/**
 * Agreement of any number of people, on what two of them at least have labelled.
 * @param people one list of answers each
 * @returns undefined where there is nothing, or only one label
 */
export function krippendorffAlpha(people: readonly Answers[]): number | undefined {
  const totals = new Map<string, number>();
  let [values, observed] = [0, 0];
  for (let item = 0; item < Math.max(0, ...people.map((answers) => answers.length)); item += 1) {
    const given = people.map((answers) => answers[item]).filter((label) => label !== undefined);
    if (given.length < 2) continue;
    const counts = given.reduce(count, new Map<string, number>());
    for (const [label, number] of counts) {
      totals.set(label, (totals.get(label) ?? 0) + number);
      observed += (number * (given.length - number)) / (given.length - 1);
    }
    values += given.length;
  }
  let expected = 0;
  for (const number of totals.values()) expected += number * (values - number);
  return expected === 0 ? undefined : 1 - ((values - 1) * observed) / expected;
}

const count = (counts: Map<string, number>, label: string): Map<string, number> =>
  counts.set(label, (counts.get(label) ?? 0) + 1);
