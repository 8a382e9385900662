// Grammar of English by harper.js (github.com/automattic/harper): WebAssembly, no network, 250 MB from the first text on.
import { setImmediate } from 'node:timers/promises';
import type { Lint } from 'harper.js';
import { CoppiceFailure } from '../../contracts/failures.ts';
import type { EnglishGrammar, GrammarFinding } from '../../pipeline/cleaning/language/analysers.ts';

async function importHarper() {
  try {
    return await Promise.all([import('harper.js'), import('harper.js/slimBinary')]);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    throw new CoppiceFailure(
      'InvalidInput',
      `correct-errors: harper.js, which checks grammar, cannot be loaded: ${reason}`,
    );
  }
}

/** Loads its dictionary and rules, in about three seconds. */
export async function loadGrammar(): Promise<EnglishGrammar> {
  const [{ LocalLinter, SuggestionKind }, { slimBinary }] = await importHarper();
  const linter = new LocalLinter({ binary: slimBinary });
  const names = Object.keys(await linter.getDefaultLintConfig());
  const known = new Set(names);

  const remedyOf = (lint: Lint, piece: string): string[] =>
    lint.suggestions().flatMap((suggestion) => {
      const kind = suggestion.kind();
      if (kind === SuggestionKind.Remove) return [];
      const text = suggestion.get_replacement_text();
      return [kind === SuggestionKind.InsertAfter ? piece + text : text];
    });

  let chosen = '';
  const choose = async (rules: readonly string[]): Promise<void> => {
    const key = rules.join();
    if (key === chosen) return;
    const unknown = rules.find((rule) => !known.has(rule));
    if (unknown !== undefined)
      throw new CoppiceFailure('InvalidInput', `correct-errors: harper.js has no rule ${unknown}`);
    await linter.setLintConfig(Object.fromEntries(names.map((name) => [name, rules.includes(name)])));
    chosen = key;
  };

  const find = async (text: string, rules: readonly string[]): Promise<GrammarFinding[]> => {
    await setImmediate(); // others may run between the pieces of a long text
    await choose(rules);
    const found = await linter.organizedLints(text, { language: 'plaintext' });
    return Object.entries(found).flatMap(([rule, lints]) =>
      lints.map((lint) => {
        const { start, end } = lint.span();
        const finding = { start, end, rule, remedies: remedyOf(lint, text.slice(start, end)) };
        lint.free();
        return finding;
      }),
    );
  };

  let turn: Promise<unknown> = Promise.resolve();
  return (text, rules) => {
    const next = turn.then(() => find(text, rules));
    turn = next.catch(() => undefined);
    return next;
  };
}
