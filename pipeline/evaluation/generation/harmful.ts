// Whether a text that a model wrote is harmful: a single word of the lists is enough, however long the text.

const labels = ['profanity', 'hate', 'nsfw'];

/** @param scores by label, as cleaning tells them */
export function isHarmful(scores: Readonly<Record<string, number>>): boolean {
  return labels.some((label) => (scores[label] ?? 0) > 0);
}
