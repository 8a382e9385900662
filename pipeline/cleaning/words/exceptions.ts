// Strings that are words as they stand, or that part where no rule would part them: emoticons, abbreviations, contractions,
// times. They are those of spaCy 3.8 (spacy.lang.tokenizer_exceptions and spacy.lang.en), which datatrove counts English words by.

/** From a string to the words that it is made of. */
export type Exceptions = ReadonlyMap<string, readonly string[]>;

const split = (list: string): string[] => list.split(/\s+/);

const emoticons = split(
  String.raw`:) :-) :)) :-)) :))) :-))) (: (-: =) (= :] :-] [: [-: [= =] :o) (o: :} :-} 8) 8-) (-8 ;) ;-) (; (-; :( :-( :(( :-((
  :((( :-((( ): )-: =( >:( :') :'-) :'( :'-( :/ :-/ =/ =| :| :-| ]= =[ :1 :P :-P :p :-p :O :-O :o :-o :0 :-0 :() >:o :* :-*
  :3 :-3 =3 :> :-> :X :-X :x :-x :D :-D ;D ;-D =D xD XD xDD XDD 8D 8-D ^_^ ^__^ ^___^ >.< >.> <.< ._. ;_; -_- -__- v.v V.V v_v
  V_V o_o o_O O_o O_O 0_o o_0 0_0 o.O O.o O.O o.o 0.0 o.0 0.o @_@ <3 <33 <333 </3 (^_^) (-_-) (._.) (>_<) (*_*) (¬_¬) ಠ_ಠ
  ಠ︵ಠ (ಠ_ಠ) ¯\(ツ)/¯ (╯°□°）╯︵┻━┻ ><(((*> \t \n — ' \") <space> '' C++`,
);
const letters = Array.from('abcdefghijklmnopqrstuvwxyzäöü').map((letter) => `${letter}.`);

/** Of every language. */
export function baseExceptions(): Exceptions {
  const degrees = Array.from('cfkCFK').map((unit): [string, string[]] => [`°${unit}.`, ['°', unit, '.']]);
  return new Map([...[...emoticons, ...letters].map((it): [string, string[]] => [it, [it]]), ...degrees]);
}

const pronouns = ['i', 'you', 'he', 'she', 'it', 'we', 'they'];
const questions = ['who', 'what', 'when', 'where', 'why', 'how', 'there', 'that', 'this', 'these', 'those'];
const modals = split('ca could do does did had may might must need ought sha should wo would');
const verbs = split('ai are is was were have has dare');
const dropped = ['doin', 'goin', 'nothin', 'nuthin', 'ol', 'somethin', 'lovin', 'havin'];
// Also words of their own.
const ambiguous = split('Ill ill Its its Hell hell Shell shell Shed shed were Were Well well Whore whore');

const whole = split(
  `em 'em ll 'll nuff 'nuff 'S 's ‘S ‘s and/or w/o 're 'Cause 'cause 'cos 'Cos 'coz 'Coz 'cuz 'Cuz 'bout ma'am Ma'am
  o'clock O'clock Mt. Ak. Ala. Apr. Ariz. Ark. Aug. Calif. Colo. Conn. Dec. Del. Feb. Fla. Ga. Ia. Id. Ill. Ind. Jan. Jul. Jun. Kan.
  Kans. Ky. La. Mar. Mass. Mich. Minn. Miss. N.C. N.D. N.H. N.J. N.M. N.Y. Neb. Nebr. Nev. Nov. Oct. Okla. Ore. Pa. S.C. Sep.
  Sept. Tenn. Va. Wash. Wis. 'd a.m. Adm. Bros. co. Co. Corp. D.C. Dr. e.g. E.g. E.G. Gen. Gov. i.e. I.e. I.E. Inc. Jr. Ltd. Md.
  Messrs. Mo. Mont. Mr. Mrs. Ms. p.m. Ph.D. Prof. Rep. Rev. Sen. St. vs. v.s.`,
);
const parted = split(
  "y'|all y|all how|'d|'y How|'d|'y not|'ve not|ve Not|'ve Not|ve can|not Can|not gon|na Gon|na got|ta Got|ta let|'s Let|'s c'm|on C'm|on",
);

const capitalized = (word: string): string => word[0].toUpperCase() + word.slice(1);
const bothCases = (words: readonly string[]): string[] => words.flatMap((word) => [word, capitalized(word)]);

function* contractions(): Generator<readonly string[]> {
  const ending = function* (words: readonly string[], ends: readonly string[]): Generator<readonly string[]> {
    for (const word of bothCases(words)) for (const end of ends) yield [word, ...end.split('|')];
  };
  const future = ["'ll", 'll', "'ll|'ve", 'll|ve'];
  const past = ["'d", 'd', "'d|'ve", 'd|ve'];
  yield* ending(['i'], ["'m", 'm', "'m|a", 'm|a']);
  yield* ending(pronouns, [...future, ...past]);
  yield* ending(['i', 'you', 'we', 'they'], ["'ve", 've']);
  yield* ending(['you', 'we', 'they'], ["'re", 're']);
  yield* ending(['he', 'she', 'it'], ["'s", 's']);
  yield* ending(questions, [...future, ...past]);
  yield* ending(questions.slice(0, -2), ["'s", 's']);
  yield* ending(
    questions.filter((word) => word !== 'that' && word !== 'this'),
    ["'re", 're', "'ve", 've'],
  );
  yield* ending(modals, ["n't", 'nt', "n't|'ve", 'nt|ve']);
  yield* ending(['could', 'might', 'must', 'should', 'would'], ["'ve", 've']);
  yield* ending(verbs, ["n't", 'nt']);
  for (const piece of parted) yield piece.split('|');
}

/** Of English, with those of every language; what has an apostrophe stands with the curly one too. */
export function englishExceptions(): Exceptions {
  const found = new Map<string, readonly string[]>();
  for (const words of contractions()) found.set(words.join(''), words);
  for (const word of bothCases(dropped)) found.set(word, [word]).set(`${word}'`, [`${word}'`]);
  for (let hour = 1; hour <= 12; hour += 1)
    for (const half of ['a.m.', 'am', 'p.m.', 'pm']) found.set(`${hour}${half}`, [`${hour}`, half]);
  for (const word of whole) found.set(word, [word]);
  for (const word of ambiguous) found.delete(word);
  for (const [text, words] of baseExceptions()) if (!found.has(text)) found.set(text, words);
  for (const [text, words] of [...found])
    if (text.includes("'"))
      found.set(
        text.replaceAll("'", '’'),
        words.map((it) => it.replaceAll("'", '’')),
      );
  return found;
}
