// Words that say little by themselves. English: articles, pronouns, auxiliaries, prepositions, conjunctions, and what
// apostrophes make of them. Korean: what stands between blanks alone; particles are endings, and the stemmer's.

const english = `a about above after again against ain't all also am an and any are aren't as at be because been before
being below between both but by can cannot can't could couldn't did didn't do does doesn't doing don't down during each few
for from further had hadn't has hasn't have haven't having he he'd he'll he's her here here's hers herself him himself his
how how's i i'd i'll i'm i've if in into is isn't it it'd it'll it's its itself just let's me more most my myself no nor not
of off on once only or other our ours ourselves out over own same shan't she she'd she'll she's should shouldn't so some
such than that that'll that's the their theirs them themselves then there there's these they they'd they'll they're
they've this those through to too under until up upon us very was wasn't we we'd we'll we're we've were weren't what
what's when when's where where's which while who who's whom whose why why's will with won't would wouldn't you you'd
you'll you're you've your yours yourself yourselves`;

const korean = `가령 각 각각 같은 같이 거의 것 것은 것을 것이 게다가 결국 곧 과연 그 그가 그것 그것은 그것을 그것이 그녀 그녀는 그는
그대로 그들 그들은 그때 그래도 그래서 그러나 그러니까 그러면 그러므로 그런 그런데 그럼 그렇게 그렇지만 그리고 그를 그에 그의 나 나는
나를 나의 내 내가 너 너는 너를 너의 네 네가 누가 누구 다른 다만 다시 더 더욱 데 등 등의 등을 따라 따라서 따른 때 때문 때문에 또 또는
또한 로 를 마치 만약 만일 많이 매우 모두 모든 몇 및 뭐 무슨 무엇 바 바로 밖에 비록 수 수가 수는 수도 아 아니 아니면 아주 아직 약
어느 어디 어떤 어떻게 언제 에 에게 에서 여기 여러 여전히 예를 오직 와 왜 우리 우리가 우리는 우리의 위해 위한 으로 은 을 의 의해 이
이것 이것은 이것을 이것이 이러한 이런 이렇게 이를 이미 이번 이에 이와 이제 일단 자 자기 자신 잘 저 저것 저는 저를 저의 저희 전혀
점 정도 제 제가 조금 좀 주로 즉 지금 참 채 특히 하나 하지만 한 한편 할 함께 혹은 혹시`;

const lists = { en: english, ko: korean };

/** @returns the stop words of a language, in lower case, with straight apostrophes */
export function stopWords(language: 'en' | 'ko'): readonly string[] {
  return lists[language].split(/\s+/);
}
