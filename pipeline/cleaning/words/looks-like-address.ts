// Whether a word is an address of the web or of mail, which stays whole. As spaCy's URL_PATTERN, read from left to right without
// backtracking: scheme, whoever before an @, host or IPv4 address, port, path.
const SCHEME = /^[\p{L}\p{N}_+\-.]{2,}:\/\//u;
const HOST = /^[A-Za-z\d\u00A1-\uFFFF._-]+/;
const REST = /^(?::\d{2,5})?(?:$|[/?#])/;
const LABEL = /^[A-Za-z\d\u00A1-\uFFFF](?:[A-Za-z\d\u00A1-\uFFFF_-]{0,62}[A-Za-z\d\u00A1-\uFFFF])?$/;
const TOP_LEVEL = /^[\p{Ll}\p{Lo}]{2,63}$/u;
const MOST_AT_SIGNS = 4; // where a host may begin; more are no address

function isHost(host: string): boolean {
  const labels = host.split('.');
  if (labels.length === 4 && labels.every((label) => /^\d{1,3}$/.test(label)))
    return /^(?!10\.|127\.|169\.254\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)/.test(host);
  const last = labels.pop() ?? '';
  return labels.length > 0 && TOP_LEVEL.test(last) && labels.every((label) => LABEL.test(label));
}

function beginsWithHost(text: string): boolean {
  const host = HOST.exec(text)?.[0] ?? '';
  return host !== '' && REST.test(text.slice(host.length)) && isHost(host);
}

/** @param word without blanks */
export function looksLikeAddress(word: string): boolean {
  if (!word.includes('.')) return false;
  const start = SCHEME.exec(word)?.[0].length ?? 0;
  if (beginsWithHost(word.slice(start))) return true;
  let at = word.indexOf('@', 1);
  for (let tried = 0; at > 0 && tried < MOST_AT_SIGNS; tried += 1, at = word.indexOf('@', at + 1))
    if (beginsWithHost(word.slice(at + 1))) return true;
  return false;
}
