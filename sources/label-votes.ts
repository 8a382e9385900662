// Labels by vote: what people said, one line each, what rules, functions and a classifier say of the text as it was collected.
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { CollectedDocument } from '../contracts/document.ts';
import { CoppiceFailure } from '../contracts/failures.ts';
import type { LabelVotesSpec } from '../contracts/model-spec/label-votes.ts';
import { htmlToText, looksLikeHtml } from '../pipeline/cleaning/html-to-text.ts';
import {
  largestClassifierFileBytes,
  readClassifier,
} from '../pipeline/cleaning/text-classifier/classifier-file.ts';
import { scoreTexts } from '../pipeline/cleaning/text-classifier/text-classifier.ts';
import { openDocument } from '../pipeline/cleaning/working-document.ts';
import { createRule, type LabelFunction } from '../pipeline/labelling/rules.ts';
import { decideByVote, type Vote } from '../pipeline/labelling/vote.ts';
import { tallyVoters } from '../pipeline/labelling/voter-tally.ts';
import { errorCode, listFolder } from './folder.ts';
import type { LabelCollector } from './label-lines.ts';
import { type AskedFunction, loadLabelFunctions } from './plugins/label-functions.ts';

const lineSchema = z.object({
  document: z.string().min(1),
  label: z.string().min(1),
  annotator: z.string().min(1),
});

/** By document, then by voter: a later line of the same person about the same document replaces an earlier one. */
type Votes = Map<string, Map<string, string>>;

/**
 * Adds the labels that votes decide.
 * @param context.baseDirectory what relative paths are relative to
 * @param context.documents all that was collected; needed where rules or a classifier vote
 * @throws CoppiceFailure where the folder or the classifier cannot be read
 */
export async function addLabelVotes(
  spec: LabelVotesSpec,
  collector: LabelCollector,
  context: {
    readonly baseDirectory: string;
    readonly documents: (() => AsyncIterable<CollectedDocument>) | undefined;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { baseDirectory, documents, signal } = context;
  const votes: Votes = new Map();
  if (spec.path !== undefined)
    await readPeople(resolve(baseDirectory, spec.path), { votes, collector, signal });
  const voters: [string, LabelFunction][] = spec.rules.map((rule) => [rule.name, createRule(rule)]);
  if (spec.classifier !== undefined)
    voters.push(['classifier', await classifierFunction(resolve(baseDirectory, spec.classifier), spec)]);
  const functions = await ownFunctions(spec, { baseDirectory, taken: voters.map(([name]) => name) });
  const seen = new Set(votes.keys());
  if (voters.length + functions.length > 0) {
    if (documents === undefined)
      throw new CoppiceFailure(
        'InvalidInput',
        'label-votes: rules, functions and classifiers need documents to vote on',
      );
    for await (const document of documents()) {
      signal.throwIfAborted();
      const text = textOf(document);
      seen.add(document.id);
      for (const [voter, label] of voters) add(votes, { document: document.id, voter, label: label(text) });
      for (const { name: voter, vote } of functions)
        add(votes, { document: document.id, voter, label: await vote(document, text) });
    }
  }
  const errors = new Map(voters.map(([name]) => [name, 0]));
  for (const { name, failures } of functions) {
    const { count, first } = failures();
    errors.set(name, count);
    const uri = `${pathToFileURL(resolve(baseDirectory, spec.functions ?? '')).href}#${encodeURIComponent(name)}`;
    if (count > 0)
      collector.addProblem({ uri, reason: `failed on ${count} documents, first with: ${first}` });
  }
  collector.addVoters(tallyVoters(votes.values(), { documents: seen.size, errors }));
  for (const [document, given] of votes) {
    const label = decideByVote(
      [...given].map(([voter, it]): Vote => ({ voter, label: it })),
      spec,
    );
    if (label !== undefined) collector.add({ document, label });
  }
}

async function ownFunctions(
  { functions }: Pick<LabelVotesSpec, 'functions'>,
  { baseDirectory, taken }: { readonly baseDirectory: string; readonly taken: readonly string[] },
): Promise<AskedFunction[]> {
  if (functions === undefined) return [];
  const loaded = await loadLabelFunctions(resolve(baseDirectory, functions));
  const twice = loaded.find(({ name }) => taken.includes(name));
  if (twice === undefined) return loaded;
  throw new CoppiceFailure(
    'InvalidInput',
    `label-votes: ${twice.name} is the name of a function and of another voter`,
  );
}

function add(
  votes: Votes,
  { document, voter, label }: { document: string; voter: string; label: string | undefined },
): void {
  if (label === undefined) return;
  const given = votes.get(document) ?? new Map<string, string>();
  votes.set(document, given.set(voter, label));
}

async function readPeople(
  path: string,
  { votes, collector, signal }: { votes: Votes; collector: LabelCollector; signal: AbortSignal },
): Promise<void> {
  for (const entry of await listFolder(path, signal)) {
    if (!/\.(?:jsonl|ndjson)$/i.test(entry.name)) continue;
    const uri = pathToFileURL(entry.path).href;
    if (entry.problem !== undefined) {
      collector.addProblem({ uri, reason: entry.problem });
      continue;
    }
    const lines = (await readFile(entry.path, 'utf8')).split('\n');
    for (const [position, line] of lines.entries()) {
      if (line.trim() === '') continue;
      const parsed = lineSchema.safeParse(parseJson(line)).data;
      if (parsed === undefined)
        collector.addProblem({
          uri: `${uri}#L${position + 1}`,
          reason: 'not a vote: expected {"document": …, "label": …, "annotator": …}',
        });
      else add(votes, { ...parsed, voter: parsed.annotator });
    }
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // no JSON
  }
}

async function classifierFunction(
  path: string,
  { classifierThreshold }: Pick<LabelVotesSpec, 'classifierThreshold'>,
): Promise<LabelFunction> {
  try {
    const { size } = await stat(path);
    if (size > largestClassifierFileBytes) throw new Error('too large for a text classifier');
    const classifier = readClassifier(await readFile(path));
    return (text) => {
      const [row] = scoreTexts(classifier, [text]);
      const likeliest = Math.max(...row);
      return likeliest >= classifierThreshold ? classifier.labels[row.indexOf(likeliest)].label : undefined;
    };
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? errorCode(error) : String(error);
    throw new CoppiceFailure('InvalidInput', `label-votes: ${path} cannot be read: ${reason}`);
  }
}

function textOf(document: CollectedDocument): string {
  const { text, content } = openDocument(document);
  return /html/i.test(content.mediaType) || looksLikeHtml(text) ? htmlToText(text) : text;
}
