// A light stemmer for Korean: cuts the particles off a noun and the commonest endings off a verb, by the longest that
// fits, where enough is left. It knows no words, so that it errs as such stemmers do (`나이` loses nothing, `고양이` does);
// `split-morphemes` knows better and needs a model.

const PARTICLES = `께서는 께서도 에게서는 에서부터 으로부터 이라고 이라는 에서는 에서도 에서의 에게는 에게도 에게서 으로는 으로도 으로서
으로써 로부터 부터는 까지는 까지도 만으로 보다는 처럼 마저 조차 까지 부터 에서 에게 께서 한테 으로 라고 라는 이나 이랑 하고 밖에 보다 만큼
대로 마다 들이 들은 들을 들의 들도 은 는 이 가 을 를 의 에 도 만 로 와 과 랑 나 께`;

const ENDINGS = `하였습니다 했습니다 됐습니다 되었습니다 었습니다 았습니다 였습니다 겠습니다 습니다 입니다 합니다 됩니다 하십시오 하세요
하였다 되었다 했다 됐다 었다 았다 였다 한다 된다 이다 하는 되는 하여 되어 해서 하고 되고 하며 되며 하면 되면 하지 되지 하기 되기 하게 되게
했던 하던 는다 어요 아요 해요 에요 예요 지만 면서 으며 으면 려고 도록 는데 다`;

const byLength = (list: string): string[] => list.split(/\s+/).sort((a, b) => b.length - a.length);
const particles = byLength(PARTICLES);
const endings = byLength(ENDINGS);

const HANGUL = /^[가-힣]+$/;
const SHORTEST_STEM = 2; // syllables; one syllable and a particle looks like any word of two
const LONGEST_WORD = 40;

/**
 * @param word an eojeol without punctuation
 * @example koreanStem('공원에서는') → '공원'
 */
export function koreanStem(word: string): string {
  if (word.length > LONGEST_WORD || !HANGUL.test(word)) return word;
  return cut(word, endings) ?? cut(word, particles) ?? word;
}

function cut(word: string, suffixes: readonly string[]): string | undefined {
  const suffix = suffixes.find((it) => word.endsWith(it) && word.length - it.length >= SHORTEST_STEM);
  return suffix === undefined ? undefined : word.slice(0, -suffix.length);
}
